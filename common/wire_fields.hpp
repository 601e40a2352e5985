#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "common/message.hpp"

/// Which fields a message has on the wire: one list per struct, read by the writer and the reader
/// of wire.cpp alike, so that the two cannot disagree. Changing a list, a name or a bound changes
/// the protocol: raise protocol_version.
///
/// `field(name, value, least)`: a number smaller than `least` is refused; 0 where it is not given.
namespace hone::wire {

template <class Message>
inline constexpr std::string_view kind = "";
template <>
inline constexpr std::string_view kind<Hello> = "hello";
template <>
inline constexpr std::string_view kind<Ask> = "ask";
template <>
inline constexpr std::string_view kind<Report> = "report";
template <>
inline constexpr std::string_view kind<Renew> = "renew";
template <>
inline constexpr std::string_view kind<Done> = "done";
template <>
inline constexpr std::string_view kind<Failed> = "failed";
template <>
inline constexpr std::string_view kind<Welcome> = "welcome";
template <>
inline constexpr std::string_view kind<Assign> = "assign";
template <>
inline constexpr std::string_view kind<Idle> = "idle";
template <>
inline constexpr std::string_view kind<Ack> = "ack";
template <>
inline constexpr std::string_view kind<Drop> = "drop";
template <>
inline constexpr std::string_view kind<Refuse> = "refuse";
template <>
inline constexpr std::string_view kind<Train> = "train";
template <>
inline constexpr std::string_view kind<Ready> = "ready";
template <>
inline constexpr std::string_view kind<Progress> = "progress";
template <>
inline constexpr std::string_view kind<Rows> = "rows";
template <>
inline constexpr std::string_view kind<Kept> = "kept";
template <>
inline constexpr std::string_view kind<Trained> = "trained";
template <>
inline constexpr std::string_view kind<Broken> = "broken";

inline const std::vector<std::string_view>& names(Outcome) {
  static const std::vector<std::string_view> list = {"finished", "collapsed"};
  return list;
}
inline const std::vector<std::string_view>& names(Failure) {
  static const std::vector<std::string_view> list = {"diverged", "crashed", "impossible",
                                                     "returned"};
  return list;
}
inline const std::vector<std::string_view>& names(Precision) {
  return names_of<Precision>();
}

// ---- parts of messages -------------------------------------------------------------------------

template <class Field>
void list_fields(Ticket& t, Field&& field) {
  field("trial", t.trial);
  field("attempt", t.attempt);
}

template <class Field>
void list_fields(EpochRecord& e, Field&& field) {
  field("epoch", e.epoch);
  field("train_loss", e.train_loss);
  field("validation_signal", e.validation_signal);
  field("seconds", e.seconds);
  field("images_per_second", e.images_per_second);
}

template <class Field>
void list_fields(Renew::Standing& s, Field&& field) {
  field("ticket", s.ticket);
  field("epoch", s.epoch);
  field("epochs", s.epochs);
  field("images_per_second", s.images_per_second);
}

template <class Field>
void list_fields(Particulars& p, Field&& field) {
  field("clock_ms", p.clock);
  field("code", p.code);
  field("library", p.library);
  field("mpi", p.mpi);
  field("nccl", p.nccl);
  field("driver", p.driver);
}

template <class Field>
void list_fields(Input& i, Field&& field) {
  field("name", i.name);
  field("content", i.content);
}

template <class Field>
void list_fields(Lease& l, Field&& field) {
  field("ticket", l.ticket);
  field("spec", l.spec);
  field("inputs", l.inputs);
  field("film_strip", l.film_strip);
}

// ---- worker -> coordinator ---------------------------------------------------------------------

template <class Field>
void list_fields(Hello& m, Field&& field) {
  field("protocol", m.protocol);
  field("trainer", m.trainer);
  field("instance", m.instance);
  field("host", m.host);
  field("slots", m.slots, 1);
  field("threads", m.threads, 1);
  field("ranks", m.ranks, 1);
  field("device", m.device);
  field("precisions", m.precisions);
  field("memory_mib", m.memory_mib, 0);
  field("holding", m.holding);
  field("about", m.about);
}

template <class Field>
void list_fields(Ask& m, Field&& field) {
  field("slots", m.slots, 0);
  field("trials", m.trials, 0);
  field("arithmetic", m.arithmetic);
}

template <class Field>
void list_fields(Report& m, Field&& field) {
  field("ticket", m.ticket);
  field("sequence", m.sequence);
  field("rows", m.rows);
  field("epochs", m.epochs);
}

template <class Field>
void list_fields(Renew& m, Field&& field) {
  field("trials", m.trials);
  field("about", m.about);
}

template <class Field>
void list_fields(Done& m, Field&& field) {
  field("ticket", m.ticket);
  field("outcome", m.outcome);
  field("reason", m.reason);
  field("rows", m.rows);
  field("rows_digest", m.rows_digest);
  field("artifacts", m.artifacts);
  field("summary", m.summary);
}

template <class Field>
void list_fields(Failed& m, Field&& field) {
  field("ticket", m.ticket);
  field("failure", m.failure);
  field("reason", m.reason);
  field("checkpoint", m.checkpoint, 0);
}

// ---- coordinator -> worker ---------------------------------------------------------------------

template <class Field>
void list_fields(Welcome& m, Field&& field) {
  field("worker", m.worker);
  field("epoch", m.epoch);
  field("lease_ms", m.lease);
}

template <class Field>
void list_fields(Assign& m, Field&& field) {
  field("leases", m.leases);
}

template <class Field>
void list_fields(Idle& m, Field&& field) {
  field("again_ms", m.again);
  field("drained", m.drained);
}

template <class Field>
void list_fields(Ack& m, Field&& field) {
  field("ticket", m.ticket);
  field("sequence", m.sequence, -1);
}

template <class Field>
void list_fields(Drop& m, Field&& field) {
  field("ticket", m.ticket);
  field("reason", m.reason);
}

template <class Field>
void list_fields(Refuse& m, Field&& field) {
  field("reason", m.reason);
}

// ---- agent -> trainer and back -----------------------------------------------------------------

template <class Field>
void list_fields(Train& m, Field&& field) {
  field("ticket", m.ticket);
  field("spec", m.spec);
  field("inputs", m.inputs);
  field("output", m.output);
  field("checkpoint", m.checkpoint);
  field("checkpoint_interval", m.checkpoint_interval);
  field("film_strip", m.film_strip);
}

template <class Field>
void list_fields(Ready& m, Field&& field) {
  field("trainer", m.trainer);
  field("library", m.library);
  field("device", m.device);
  field("mpi", m.mpi);
  field("nccl", m.nccl);
}

template <class Field>
void list_fields(Progress& m, Field&& field) {
  field("ticket", m.ticket);
  field("epochs", m.epochs);
  field("epoch", m.epoch);
}

template <class Field>
void list_fields(Rows& m, Field&& field) {
  field("ticket", m.ticket);
  field("rows", m.rows);
}

template <class Field>
void list_fields(Kept& m, Field&& field) {
  field("ticket", m.ticket);
  field("epoch", m.epoch, 1);
}

template <class Field>
void list_fields(Trained& m, Field&& field) {
  field("ticket", m.ticket);
  field("outcome", m.outcome);
  field("reason", m.reason);
  field("artifacts", m.artifacts);
  field("summary", m.summary);
}

template <class Field>
void list_fields(Broken& m, Field&& field) {
  field("ticket", m.ticket);
  field("failure", m.failure);
  field("reason", m.reason);
}

template <class Enum>
concept Enumeration = requires(Enum value) {
  names(value);
};

/// A struct with a list above.
struct AnyField {
  template <class Value>
  void operator()(const char*, Value&, std::int64_t = 0) const {}
};
template <class Struct>
concept Listed = requires(Struct& value) {
  list_fields(value, AnyField{});
};

}  // namespace hone::wire
