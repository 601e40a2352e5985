#pragma once

#include <boost/system/error_code.hpp>
#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

namespace hone {

/// What is to be called once, with how it ended and how many bytes, when a transfer has ended:
/// any such handler of Asio's behind one type. Its executor, allocator and cancellation slot are
/// not passed on; where all handlers run on one io_context, that makes no difference.
class TransferHandler {
 public:
  template <class Handler>
  requires(!std::is_same_v<std::decay_t<Handler>, TransferHandler>) explicit TransferHandler(
      Handler&& handler)
      : held_(std::make_unique<Of<std::decay_t<Handler>>>(std::forward<Handler>(handler))) {}

  void operator()(boost::system::error_code error, std::size_t bytes) {
    held_.release()->end(error, bytes);
  }

 private:
  struct Held {
    virtual ~Held() = default;
    virtual void end(boost::system::error_code error, std::size_t bytes) = 0;  // frees itself
  };

  template <class Handler>
  struct Of : Held {
    explicit Of(Handler&& handler) : held(std::move(handler)) {}
    explicit Of(const Handler& handler) : held(handler) {}

    // Freed first, as Asio does: the handler may begin the next transfer, and so on.
    void end(boost::system::error_code error, std::size_t bytes) override {
      Handler handler(std::move(held));
      delete this;
      std::move(handler)(error, bytes);
    }

    Handler held;
  };

  std::unique_ptr<Held> held_;
};

}  // namespace hone
