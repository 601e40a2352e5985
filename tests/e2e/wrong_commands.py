"""Commands that are wrong, and the files that they find in their folder; error_test.py says what is answered."""

# Files that the commands below find in their folder.
FILES = {
    "broken.json": '{"name": "Broken",\n "datasets": [}',
    "list.json": "[1, 2]",
    "empty.json": "",
    "misspelt.json": '{"name": "Misspelt", "datasets": [{"name": "L", "layout": "lesions"}], "training": {"epochz": 3}}',
    "wrong-type.json": '{"name": "Type", "datasets": [{"name": "L", "layout": "lesions"}], "training": {"epochs": "many"}}',
    "no-data.json": '{"name": "None", "datasets": [{"name": "PH2", "layout": "ph2", "path": "ph2"}]}',
    "twice.json": '{"name": "Twice", "datasets": [{"name": "L", "layout": "lesions"}, {"name": "L", "layout": "lesions"}]}',
    "negative.json": '{"name": "Negative", "datasets": [{"name": "L", "layout": "lesions"}], "lambdas": [-1]}',
}

# Of the command line and of files, before anything else is looked at.
ANYWHERE = """
hone
hone rum
hone trial
hone trial shwo 1
hone run
hone run missing.json
hone run tiny.json one two
hone run tiny.json --fast
hone run tiny.json --slots many
hone run tiny.json --slots 0
hone run tiny.json --profile best
hone run tiny.json --format word
hone run tiny.json -S training.epochz=3
hone run tiny.json -S training
hone run broken.json
hone run list.json
hone run empty.json
hone run misspelt.json
hone run wrong-type.json
hone run no-data.json
hone run twice.json
hone run negative.json
hone run tiny.json --trainer nowhere
hone plan missing.json
hone serve --port 99999
hone serve --lease soon
hone serve --lease 1ms
hone serve --lease 200y
hone serve --retry-pause 3d
hone submit missing.json
hone init nowhere
hone init pictures --profile best
hone init pictures --group [0-9
hone init pictures --group '^([a-z]+)'
hone init pictures --output broken.json
hone ingest
hone ingest pairs nowhere
hone schema trial
hone completion tcsh
hone rotate-token everybody
hone export
hone backup
hone query
hone compare II:L:a
hone top --every never
hone run tiny.json --data nowhere -S datasets.0.layout=ph2 -S datasets.0.path=x
hone run pictures
hone run tiny.json --slots 1 -S numerics.ranks=4
hone run tiny.json --state broken.json
hone plan tiny.json -S training.batch=-1
hone plan tiny.json -S lambdas=[]
hone plan tiny.json -S datasets.7.name=x
hone plan tiny.json --data tiny.json -S datasets.0.layout=ph2
hone serve --crash-limit 0
hone serve --reserve -1
hone run tiny.json --reserve -1
hone serve --tls perhaps
hone serve --certificate nowhere.pem
hone ingest ph2 pictures
hone ingest lesions --count 0
hone ingest lesions --size 0
hone ingest pairs round
hone ingest pairs tiny.json
hone ingest pairs pictures --images masks --masks nowhere
hone ingest pairs pictures --mask-suffix _mask
hone ingest pairs few --cases 9
hone ingest ph2 few
hone ingest ph2 torn
hone ingest pairs twins --group '^(a)' --cases 1
hone ingest --use cervix-huc pictures --mask-suffix _mask
hone init few
hone ingest pairs grey
hone init round
hone ingest isic2017 nowhere
hone ingest --use nowhere pictures
hone init pictures --output nowhere/there.json
hone man tiny.json
hone completion
hone priority
hone trial logs
hone trial diff 1
hone-worker --slots none
hone-worker --slots 0
hone-worker --gpus 0,x
hone-worker --hosts h1:x
hone-worker --hosts :2
hone-worker --hosts /nowhere.txt
hone-worker --time-left 1000000d
hone-worker --time-left auto
SLURM_JOB_ID=seven hone-worker --time-left auto
SLURM_JOB_END_TIME=noon hone-worker --time-left auto
hone-worker --time-left -1
hone-worker --time-left soon
hone-worker --checkpoint often
hone-worker --give-up never
hone-worker --artifacts nowhere
hone-worker --trainer /nowhere/hone-trainer
hone-worker --silence long
hone-worker --cache-limit much
hone-worker --cache-limit -1
hone-worker --fast
hone-worker now
"""

# Of a state folder in which nothing was done yet, and no coordinator runs.
EMPTY = """
hone status
hone trials
hone trial show 1
hone why 1
hone top --once
hone table II
hone claims
hone stopping
hone quality
hone metrics
hone explain II:L:base
hone verify II:L:base
hone query 'SELECT 1'
hone export results
hone backup copy.sqlite
hone retry
hone pause
hone cancel all
hone priority 1 5
hone gc
hone repair
hone ask 1
hone tell tiny.json
hone submit tiny.json
hone rotate-token worker
hone dashboard
hone dashboard broken.json
hone status --access nowhere.json
hone status --access broken.json
"""

# Of a state folder with one finished sweep.
FINISHED = """
hone status 7
hone status first
hone status 3-1
hone trials 7
hone trials --only doen
hone trials --role train
hone trials --limit none
hone trial show 999
hone trial show refine
hone trial show nothing-like-it
hone trial logs 999
hone why 999
hone table
hone table IV
hone table III
hone table I
hone table II 7
hone explain II
hone explain II:Lesions
hone explain II:Lesions:qualty-1x
hone explain II:Leisons:quality-1x
hone explain IV:Lesions:quality-1x
hone compare II:Lesions:quality-1x II:Lesions:other
hone verify II:Lesions:other
hone query 'SELECT wrong FROM trial'
hone query 'DELETE FROM trial'
hone query 'SELECT 1; SELECT 2'
hone export full
hone export full/file/x
hone table II newest
hone table folds newest
hone trial logs 1 --follow --json
hone backup full/file
hone retry 7
hone retry --trial 999
hone retry --trial 3-
hone retry --trial 1-2000
hone retry --trial 1-3
hone retry --trial last
hone retry --trial ''
hone pause 7
hone pause
hone cancel all
hone priority 1 high
hone cancel
hone gc --grace soon
hone repair --state ''
hone backup ''
hone table II --macros --json
hone table lambda --macros
hone table II --access nowhere.json
hone trials --fold x
hone trial diff 1 999
hone why 1 999
hone why 1 --sweep 99
hone query --limit x 'SELECT 1'
hone query ''
hone resume 3-2
hone verify II:Lesions:quality-1x --trainer nowhere
TMPDIR=/nowhere hone verify II:Lesions:quality-1x
hone explain II:Lesions:quality-1x 9
hone compare II:Lesions:quality-1x II:Lesions:quality-2x --metric beauty
hone submit tiny.json --access nowhere.json
hone dashboard --access nowhere.json
hone completion sweeps --state nowhere
"""


# Of a state folder with a sweep of which nothing is done, and no coordinator.
WAITING = """
hone compare II:Lesions:quality-1x II:Lesions:quality-2x
hone verify II:Lesions:quality-1x
hone retry --trial 1
"""

# Of a state folder with two finished sweeps.
TWO = """
hone trials 1-2
hone table II 1-2
hone explain II:Lesions:quality-1x all
hone pause all
hone trial show base
"""
