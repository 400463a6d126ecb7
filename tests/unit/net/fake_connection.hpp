// A connection without a socket: the test plays the peer.
#pragma once
#include "net/connection.hpp"

namespace netpeel::net {

class FakeConnection final : public Connection {
 public:
  explicit FakeConnection(std::unique_ptr<Reader> reader) : reader_(std::move(reader)) {
    reader_->opened(*this);
  }

  bool send(Encoded bytes) override {
    if (closing_ || full) return false;
    sent += *bytes;
    return true;
  }
  std::size_t queued() const override { return 0; }
  void last_words(Encoded bytes) override {
    sent += *bytes;
    close(0);
  }
  void become(std::unique_ptr<Reader> next) override { next_ = std::move(next); }
  void finish() override { closing_ = true; }
  void close(i64) override { closing_ = true; }
  void abort() override { closing_ = aborted = true; }
  bool closing() const override { return closing_; }
  std::string peer() const override { return "192.0.2.1:4000"; }
  void pause() override { paused = true; }
  void resume() override {
    paused = false;
    resumed = true;
  }

  // What the peer does.
  void got(std::string_view bytes) {
    kept_.append(bytes);
    give();
  }
  void give() {
    do {
      resumed = false;
      if (next_) {
        reader_ = std::move(next_);
        reader_->opened(*this);
      }
      if (paused || kept_.empty()) return;
      auto* const data = static_cast<u8*>(static_cast<void*>(kept_.data()));
      kept_.erase(0, reader_->data(*this, {data, kept_.size()}));
    } while (next_ || resumed);
  }
  void fin() { reader_->half_closed(*this); }
  void ended() {
    closing_ = true;
    reader_->ended(*this, 0);
  }
  Reader& reader() { return *reader_; }

  std::string sent;
  bool aborted = false, paused = false, resumed = false, full = false;

 private:
  std::unique_ptr<Reader> reader_, next_;
  std::string kept_;
  bool closing_ = false;
};

}  // namespace netpeel::net
