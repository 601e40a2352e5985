// Preloaded (LD_PRELOAD) before a program: folders below $LOOKS_LIKE_NFS lie on NFS, it is told.
#include <dlfcn.h>
#include <sys/vfs.h>

#include <cstdlib>
#include <string_view>

extern "C" int statfs(const char* path, struct statfs* facts) {
  using Function = int (*)(const char*, struct statfs*);
  static const auto real = reinterpret_cast<Function>(::dlsym(RTLD_NEXT, "statfs"));
  const int result = real(path, facts);
  const char* const folder = std::getenv("LOOKS_LIKE_NFS");
  if (result == 0 && folder != nullptr && std::string_view(path).starts_with(folder))
    facts->f_type = 0x6969;
  return result;
}
