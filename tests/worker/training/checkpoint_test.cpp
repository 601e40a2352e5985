// A training that is cut off goes on from its checkpoint, and nobody can tell from its results.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/worker/training/fixture.hpp"
#include "worker/training/checkpoint_file.hpp"

namespace hone {
namespace {

constexpr int count = 20;
constexpr int size = 16;

struct Cut : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Ends the training when an epoch has been heard of, as a kill would.
struct Killer final : Observer {
  explicit Killer(int its_epoch) : epoch(its_epoch) {}
  int epoch;
  std::vector<int> heard;
  void on_epoch(const EpochRecord& record) override {
    heard.push_back(record.epoch);
    if (record.epoch == epoch) throw Cut("killed");
  }
  void on_rows(std::span<const Measurement>) override {}
};

class Checkpoint : public testing::Test {
 protected:
  Checkpoint() : trainer_(make_trainer()) {
    test::write_disk_pack(pack_, count, size);
    test::write_base_masks(folder_.path() / "base", count, size);
  }

  TrainingRequest request(const TrialSpec& spec) {
    const auto output = folder_.path() / ("output-" + std::to_string(++outputs_));
    std::filesystem::create_directory(output);
    return {.spec = spec,
            .inputs = {{"pack", pack_}, {"masks", folder_.path() / "base"}},
            .output = output,
            .checkpoint = file_,
            .checkpoint_interval = std::chrono::milliseconds(0)};
  }
  test::Outcomes finish(const TrialSpec& spec) {
    test::Outcomes outcomes;
    outcomes.result = trainer_->train(request(spec), outcomes.heard);
    return outcomes;
  }
  /// Epochs that the attempt told, those of its checkpoint included.
  std::vector<int> cut(const TrialSpec& spec, int epoch) {
    Killer killer(epoch);
    EXPECT_THROW(trainer_->train(request(spec), killer), Cut);
    return killer.heard;
  }
  test::Outcomes undisturbed(const TrialSpec& spec) {
    const auto file = std::exchange(file_, "");
    test::Outcomes outcomes = finish(spec);
    file_ = file;
    return outcomes;
  }

  void expect_same(const test::Outcomes& one, const test::Outcomes& other) {
    EXPECT_EQ(one.heard.rows, other.heard.rows);
    ASSERT_EQ(one.result.artifacts.size(), other.result.artifacts.size());
    for (const auto& [name, file] : one.result.artifacts)
      EXPECT_EQ(test::bytes_of_file(file), test::bytes_of_file(other.result.artifacts.at(name)));
    ASSERT_EQ(one.heard.epochs.size(), other.heard.epochs.size());
    for (std::size_t i = 0; i < one.heard.epochs.size(); ++i) {
      EXPECT_EQ(one.heard.epochs[i].epoch, other.heard.epochs[i].epoch);
      EXPECT_EQ(one.heard.epochs[i].train_loss, other.heard.epochs[i].train_loss);
      EXPECT_EQ(one.heard.epochs[i].validation_signal, other.heard.epochs[i].validation_signal);
    }
  }

  test::Folder folder_;
  std::filesystem::path pack_ = folder_.path() / "pack";
  std::filesystem::path file_ = folder_.path() / "checkpoint";
  int outputs_ = 0;
  std::unique_ptr<Trainer> trainer_;
};

class CheckpointOf : public Checkpoint, public testing::WithParamInterface<const char*> {};

TEST_P(CheckpointOf, ACutTrainingLeadsToTheSameBits) {
  TrialSpec spec =
      test::tiny_spec(GetParam() == std::string("segment") ? Role::segment : Role::refine);
  if (GetParam() == std::string("batch norm")) spec.network.norm = Norm::batch;
  if (GetParam() == std::string("self")) {
    spec.refine.mode = RefineMode::scratch;
    spec.refine.self_steps = 2;
  }
  const test::Outcomes straight = undisturbed(spec);
  EXPECT_THAT(cut(spec, 4), testing::ElementsAre(1, 2, 3, 4));
  // What epoch 4 came to was heard of before it could be kept.
  EXPECT_THAT(cut(spec, 7), testing::ElementsAre(1, 2, 3, 4, 5, 6, 7));
  expect_same(finish(spec), straight);
}

INSTANTIATE_TEST_SUITE_P(Trainings, CheckpointOf,
                         testing::Values("segment", "refine", "self", "batch norm"),
                         [](const auto& each) {
                           std::string name = each.param;
                           std::replace(name.begin(), name.end(), ' ', '_');
                           return name;
                         });

TEST_F(Checkpoint, OfANetThatIsTrainedAgainAfterACollapseGoesOnThere) {
  test::write_blind_pack(pack_, count, size);
  TrialSpec spec = test::tiny_spec(Role::segment);
  spec.training.collapse_retries = 2;
  const test::Outcomes straight = undisturbed(spec);
  ASSERT_EQ(straight.result.outcome, Outcome::collapsed);
  const int of_one = straight.heard.epochs.back().epoch / 3;
  cut(spec, of_one + 3);
  EXPECT_THAT(test::bytes_of_file(file_), testing::HasSubstr(R"(\"reseeds\":1)"));
  expect_same(finish(spec), straight);
}

TEST_F(Checkpoint, IsToldWhenItIsOnDisk) {
  struct Listening final : Observer {
    explicit Listening(std::filesystem::path its_file) : file(std::move(its_file)) {}
    std::filesystem::path file;
    std::vector<int> kept;
    int epoch = 0;
    void on_epoch(const EpochRecord& record) override { epoch = record.epoch; }
    void on_rows(std::span<const Measurement>) override {}
    void on_checkpoint(int its_epoch) override {
      EXPECT_EQ(its_epoch, epoch);
      EXPECT_THAT(test::bytes_of_file(file),
                  testing::HasSubstr(R"(\"last_epoch\":)" + std::to_string(its_epoch)));
      kept.push_back(its_epoch);
    }
  };
  const TrialSpec spec = test::tiny_spec(Role::segment);
  cut(spec, 4);
  Listening listening(file_);
  trainer_->train(request(spec), listening);
  ASSERT_FALSE(listening.kept.empty());
  EXPECT_EQ(listening.kept.front(), 4) << "those of the attempt before are not told again";
  EXPECT_EQ(listening.kept.back(), listening.epoch - 1)
      << "after the last there is nothing to keep";
}

TEST_F(Checkpoint, IsKeptBeforeItsTimeWhereItIsWanted) {
  struct Asking final : Observer {
    void on_epoch(const EpochRecord& record) override {
      if (record.epoch == 3) want_checkpoint();
      if (record.epoch == 6) throw Cut("killed");
    }
    void on_rows(std::span<const Measurement>) override {}
  };
  const TrialSpec spec = test::tiny_spec(Role::segment);
  const test::Outcomes straight = undisturbed(spec);
  for (const bool asked : {false, true}) {
    TrainingRequest rarely = request(spec);
    rarely.checkpoint_interval = std::chrono::hours(1);
    Asking asking;
    Killer silent(6);
    Observer& observer = asked ? static_cast<Observer&>(asking) : silent;
    EXPECT_THROW(trainer_->train(rarely, observer), Cut);
    EXPECT_EQ(std::filesystem::exists(file_), asked);
  }
  EXPECT_THAT(test::bytes_of_file(file_), testing::HasSubstr(R"(\"last_epoch\":3)"));
  expect_same(finish(spec), straight);
}

TEST_F(Checkpoint, ThatIsCutShortGivesWayToTheOneBefore) {
  const TrialSpec spec = test::tiny_spec(Role::segment);
  const test::Outcomes straight = undisturbed(spec);
  cut(spec, 5);
  std::filesystem::resize_file(file_, std::filesystem::file_size(file_) / 2);
  expect_same(finish(spec), straight);
}

TEST_F(Checkpoint, OfAnotherNetIsNotGoneOnFrom) {
  TrialSpec spec = test::tiny_spec(Role::segment);
  cut(spec, 5);
  spec.network.filters *= 2;
  test::Heard heard;
  EXPECT_THROW(trainer_->train(request(spec), heard), std::runtime_error);
  std::filesystem::remove(file_.string() + ".before");
  expect_same(finish(spec), undisturbed(spec));
}

TEST_F(Checkpoint, OfAnotherMachineIsLeftAlone) {
  const TrialSpec spec = test::tiny_spec(Role::segment);
  const test::Outcomes straight = undisturbed(spec);
  cut(spec, 5);
  std::filesystem::remove(file_.string() + ".before");
  const std::string bytes = test::bytes_of_file(file_);
  TensorFile content = parse_tensor_file(std::as_bytes(std::span(bytes)));
  content.metadata["arithmetic"] += ", but for a detail";
  seal(content);
  std::ofstream(file_, std::ios::binary) << serialize_tensor_file(content);
  ::testing::internal::CaptureStderr();
  const test::Outcomes anew = finish(spec);
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(log, ::testing::Not(::testing::HasSubstr("event=resumed")));
  EXPECT_THAT(log, ::testing::Not(::testing::HasSubstr("event=checkpoint_removed")));
  expect_same(anew, straight);
}

/// What may become of a file's bytes.
struct Damage {
  const char* name;
  void (*apply)(std::string& bytes);
};
void PrintTo(const Damage& damage, std::ostream* out) {
  *out << damage.name;
}

/// Changes the last character of the text, which the file has once.
void change_end_of(const std::string& text, char to, std::string& bytes) {
  const auto at = bytes.find(text);
  ASSERT_NE(at, std::string::npos) << text;
  bytes[at + text.size() - 1] = to;
}

class DamagedCheckpoint : public Checkpoint, public testing::WithParamInterface<Damage> {
 protected:
  void damage(const std::filesystem::path& file) {
    std::string bytes = test::bytes_of_file(file);
    GetParam().apply(bytes);
    std::ofstream(file, std::ios::binary) << bytes;
  }
  std::string finish_and_listen(const TrialSpec& spec, const test::Outcomes& straight) {
    ::testing::internal::CaptureStderr();
    const test::Outcomes outcomes = finish(spec);
    expect_same(outcomes, straight);
    return ::testing::internal::GetCapturedStderr();
  }
};

TEST_P(DamagedCheckpoint, GivesWayToTheOneBeforeAndThatToTheBeginning) {
  const TrialSpec spec = test::tiny_spec(Role::segment);
  const test::Outcomes straight = undisturbed(spec);
  cut(spec, 5);
  damage(file_);
  const std::string of_one = finish_and_listen(spec, straight);
  EXPECT_THAT(of_one, ::testing::HasSubstr("event=checkpoint_removed"));
  EXPECT_THAT(of_one, ::testing::HasSubstr("event=resumed epoch=3 "));

  std::filesystem::remove(file_);
  std::filesystem::remove(file_.string() + ".before");
  cut(spec, 5);
  damage(file_);
  std::filesystem::copy_file(file_, file_.string() + ".before",
                             std::filesystem::copy_options::overwrite_existing);
  const std::string of_both = finish_and_listen(spec, straight);
  EXPECT_THAT(of_both, ::testing::HasSubstr("event=checkpoint_removed"));
  EXPECT_THAT(of_both, ::testing::Not(::testing::HasSubstr("event=resumed")));
}

INSTANTIATE_TEST_SUITE_P(
    By, DamagedCheckpoint,
    testing::Values(
        Damage{"ACut", [](std::string& bytes) { bytes.resize(bytes.size() / 2); }},
        Damage{"ABitOfAWeight",
               [](std::string& bytes) { bytes.back() = static_cast<char>(bytes.back() ^ 0x40); }},
        Damage{"ANumberOfItsPoint",
               [](std::string& bytes) { change_end_of(R"(\"last_epoch\":4)", '5', bytes); }},
        Damage{"ItsPointsSyntax",
               [](std::string& bytes) { change_end_of(R"(\"last_epoch\":)", ';', bytes); }},
        Damage{"ItsEpochsSyntax",
               [](std::string& bytes) { change_end_of(R"("epochs":"[[)", '{', bytes); }}),
    [](const auto& each) { return std::string(each.param.name); });

}  // namespace
}  // namespace hone
