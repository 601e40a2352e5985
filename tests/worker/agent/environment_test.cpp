#include "worker/agent/environment.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

namespace hone {
namespace {

/// Sets a variable of this process while it lives.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) {
    if (const char* const before = std::getenv(name)) before_ = before;
    ::setenv(name, value, 1);
  }
  ~Variable() { before_.empty() ? ::unsetenv(name_) : ::setenv(name_, before_.c_str(), 1); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
  std::string before_;
};

TEST(OwnCores, AreNoMoreThanSlurmGrantsOnThisHost) {
  const Variable granted("SLURM_CPUS_ON_NODE", "1");
  EXPECT_EQ(own_cores(), 1);
}

TEST(OwnCores, AreAtLeastOneHoweverManyShareThem) {
  const Variable tasks("SLURM_NTASKS_PER_NODE", "100000");
  EXPECT_EQ(own_cores(), 1);
}

}  // namespace
}  // namespace hone
