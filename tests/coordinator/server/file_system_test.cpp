#include "coordinator/server/file_system.hpp"

#include <gtest/gtest.h>

#include <system_error>

namespace hone {
namespace {

TEST(FileSystemOf, NamesWhatItLiesOn) {
  EXPECT_EQ(file_system_of_type(0x6969).name, "NFS");
  EXPECT_EQ(file_system_of_type(0xef53).name, "ext4");
  EXPECT_EQ(file_system_of_type(0x1234).name, "0x1234");
  EXPECT_EQ(file_system_of("/proc").name, "0x9fa0");
}

TEST(FileSystemOf, TellsThoseThatHostsShare) {
  for (const unsigned long type :
       {0x6969UL, 0xff534d42UL, 0x0bd00bd0UL, 0x47504653UL, 0x19830326UL})
    EXPECT_TRUE(file_system_of_type(type).network) << std::hex << type;
  for (const unsigned long type : {0xef53UL, 0x58465342UL, 0x01021994UL, 0x1234UL})
    EXPECT_FALSE(file_system_of_type(type).network) << std::hex << type;
}

TEST(FileSystemOf, AFolderThatIsYetToBeMadeIsThatOfTheOneAboveIt) {
  EXPECT_EQ(file_system_of("/proc/not/there/yet").name, file_system_of("/proc").name);
  EXPECT_NO_THROW(file_system_of("not-there-either"));
  EXPECT_NO_THROW(require_local_disk("/proc/not/there/yet"));
}

}  // namespace
}  // namespace hone
