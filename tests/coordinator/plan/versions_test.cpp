#include <gtest/gtest.h>

#include "coordinator/plan/identity.hpp"

namespace hone {
namespace {

const std::map<std::string, Origin> inputs = {{"masks", {sha256("base"), "masks"}}};

TEST(Versions, AreFoundFromTheIdentityThatTheyEnter) {
  TrialSpec spec;
  for (const Role role : {Role::refine, Role::evaluate}) {
    spec.role = role;
    EXPECT_EQ(versions_of(identity_of(spec, inputs), spec, inputs), ResultVersions{});
  }
}

TEST(Versions, AreNotGuessedForAnIdentityOfSomethingElse) {
  TrialSpec spec;
  const Digest identity = identity_of(spec, inputs);
  EXPECT_EQ(versions_of(identity, spec, {}), std::nullopt);
  spec.seed = 2;
  EXPECT_EQ(versions_of(identity, spec, inputs), std::nullopt);
}

}  // namespace
}  // namespace hone
