#include "worker/training/conversation.hpp"

#include <gtest/gtest.h>

#include <sstream>
#include <vector>

#include "common/wire.hpp"
#include "tests/worker/training/fixture.hpp"

namespace hone {
namespace {

/// Ends each training as it is told, without a net.
class Puppet final : public Trainer {
 public:
  TrainingResult train(const TrainingRequest& request, Observer& observer) override {
    if (request.spec.seed < 0) throw TrainingError(Failure::diverged, "in epoch 3");
    if (request.spec.seed == 0) throw std::logic_error("a bug");
    observer.on_epoch({.epoch = 1});
    observer.on_rows(std::vector<Measurement>(1000));
    TrainingResult result;
    result.artifacts["weights"] = request.output / "w";
    return result;
  }
  std::string library() const override { return "none"; }
};

Train order(std::int64_t seed) {
  Train train;
  train.ticket = {.trial = {4}, .attempt = 2};
  train.spec = test::tiny_spec(Role::segment);
  train.spec.seed = seed;
  train.spec.pack = sha256("pack");
  train.output = "/out";
  return train;
}

std::vector<FromTrainer> talk(const std::vector<Train>& orders) {
  std::stringstream in;
  for (const Train& order : orders) in << encode(ToTrainer(order)) << '\n';
  std::stringstream out;
  Puppet puppet;
  converse(in, out, puppet);
  std::vector<FromTrainer> said;
  for (std::string line; std::getline(out, line);) said.push_back(decode_from_trainer(line));
  return said;
}

TEST(Conversation, SaysReadyAndEndsWithItsInput) {
  const auto said = talk({});
  ASSERT_EQ(said.size(), 1U);
  EXPECT_EQ(std::get<Ready>(said[0]).library, "none");
}

TEST(Conversation, TellsEpochsThenRowsInPiecesThenTheEnd) {
  const auto said = talk({order(1)});
  ASSERT_EQ(said.size(), 5U);
  EXPECT_EQ(std::get<Progress>(said[1]).epochs, 10);
  EXPECT_EQ(std::get<Rows>(said[2]).rows.size(), 512U);
  EXPECT_EQ(std::get<Rows>(said[3]).rows.size(), 488U);
  EXPECT_EQ(std::get<Trained>(said[4]).artifacts.at("weights"), "/out/w");
  EXPECT_EQ(std::get<Trained>(said[4]).ticket, order(1).ticket);
}

TEST(Conversation, GoesOnAfterATrainingThatFailed) {
  const auto said = talk({order(-1), order(0), order(1)});
  ASSERT_EQ(said.size(), 7U);
  EXPECT_EQ(std::get<Broken>(said[1]).failure, Failure::diverged);
  EXPECT_EQ(std::get<Broken>(said[1]).reason, "in epoch 3");
  EXPECT_EQ(std::get<Broken>(said[2]).failure, Failure::crashed);
  EXPECT_TRUE(std::holds_alternative<Trained>(said[6]));
}

TEST(Conversation, RefusesALineThatIsNoOrder) {
  std::stringstream in("{\"type\":\"dance\"}\n");
  std::stringstream out;
  Puppet puppet;
  EXPECT_THROW(converse(in, out, puppet), WireError);
}

}  // namespace
}  // namespace hone
