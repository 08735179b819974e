#include "bindings/c/kernel.h"

#include <utility>

#include "crdt/update.h"

using namespace tidemark;

const uint8_t* tm_kernel::keep(Bytes bytes) {
  if (bytes.size() > ring.size() / 4) {
    large = copy_of(bytes);
    return large.data();
  }
  if (ring.size() - ring_at < bytes.size()) ring_at = 0;
  uint8_t* at = ring.data() + ring_at;
  copy_short(at, bytes.data(), bytes.size());
  ring_at += bytes.size();
  return at;
}

tm_status tm_kernel::succeed(Buffer bytes, tm_status status) {
  output = std::move(bytes);
  answer = {output.data(), output.size()};
  return status;
}

tm_status tm_kernel::succeed(const tidemark::crdt::Any& value, tm_status status) {
  Encoder to;
  encode_any(to, value);
  return succeed(to.take(), status);
}

tm_status tm_kernel::fail(Error error) {
  detail = std::move(error.detail);
  failure = {reinterpret_cast<const uint8_t*>(detail.data()), detail.size()};
  return -1 - static_cast<tm_status>(error.code);
}

void tm_doc::note(uint32_t format, const tidemark::crdt::UpdateEvent& event) {
  const uint8_t* kept = kernel.keep(event.update);
  kernel.events.push_back({format,
                           event.is_local ? 1u : 0u,
                           {kept, event.update.size()},
                           static_cast<double>(event.origin)});
  kernel.event_list = {kernel.events.data(), kernel.events.size()};
}

namespace tidemark::bindings {

void append_array(Encoder& to, size_t count) {
  constexpr uint8_t kArrayTag = 117;  // see crdt/value.h
  to.write_byte(kArrayTag);
  to.write_varuint(count);
}

void append_numbers(Encoder& to, std::initializer_list<double> numbers) {
  append_array(to, numbers.size());
  for (const double number : numbers) encode_any(to, crdt::Any(number));
}

Result<crdt::Any> value_of(Bytes bytes) {
  crdt::Any value;
  if (bytes.empty()) return value;
  Decoder from(bytes);
  if (!decode_any(from, value) || !from.at_end()) {
    return failure(ErrorCode::kMalformed, "this is not one value");
  }
  return value;
}

Result<std::pair<std::string, crdt::Any>> pair_of(Bytes bytes) {
  const Result<crdt::Any> value = value_of(bytes);
  if (!value) return tl::unexpected(value.error());
  const crdt::AnyArray* both = value->as_array();
  if (both == nullptr || both->size() != 2 || (*both)[0].as_string() == nullptr) {
    return failure(ErrorCode::kMalformed, "this is not a string and a value");
  }
  return std::pair(*(*both)[0].as_string(), (*both)[1]);
}

Result<crdt::Attributes> attributes_of(const crdt::Any& value) {
  if (value.is_undefined()) return crdt::Attributes{};
  if (value.as_object() == nullptr) {
    return failure(ErrorCode::kMalformed, "attributes are an object");
  }
  return value.as_object()->members();
}

Result<std::vector<Bytes>> list_of(Bytes bytes) {
  Decoder from(bytes);
  std::vector<Bytes> list;
  while (from.ok() && !from.at_end()) list.push_back(from.read_varbytes());
  if (!from.ok()) return failure(ErrorCode::kMalformed, "this is not a list of updates");
  return list;
}

bool is_text(crdt::TypeRef kind) {
  return kind == crdt::TypeRef::kText || kind == crdt::TypeRef::kXmlText;
}
bool is_xml_parent(crdt::TypeRef kind) {
  return kind == crdt::TypeRef::kXmlFragment || kind == crdt::TypeRef::kXmlElement;
}
bool is_map(crdt::TypeRef kind) {
  return kind == crdt::TypeRef::kMap || kind == crdt::TypeRef::kXmlHook;
}

tm_status wrong_kind(tm_doc& doc) {
  return doc.kernel.fail({ErrorCode::kInvalid, "a type of this kind cannot do that"});
}

}  // namespace tidemark::bindings

using namespace tidemark::bindings;

tm_kernel* tm_open(void) { return new tm_kernel; }
void tm_close(tm_kernel* kernel) { delete kernel; }

uint8_t* tm_input(tm_kernel* kernel, size_t size) {
  if (kernel->input.size() < size) kernel->input.resize(size);
  return kernel->input.data();
}

const tm_bytes* tm_answer(const tm_kernel* kernel) { return &kernel->answer; }
const tm_bytes* tm_failure(const tm_kernel* kernel) { return &kernel->failure; }
const tm_event_list* tm_events(const tm_kernel* kernel) { return &kernel->event_list; }

namespace {

tm_status answered(tm_kernel& kernel, Result<Buffer> result) {
  return result ? kernel.succeed(*std::move(result)) : kernel.fail(result.error());
}

}  // namespace

tm_status tm_merge(tm_kernel* kernel, uint32_t format, const uint8_t* updates, size_t size) {
  const Result<std::vector<Bytes>> list = list_of({updates, size});
  if (!list) return kernel->fail(list.error());
  return answered(*kernel, crdt::merge_updates(*list, format_of(format)));
}

tm_status tm_diff(tm_kernel* kernel, uint32_t format, const tm_bytes* update,
                  const tm_bytes* vector) {
  const Result<crdt::StateVector> known = crdt::decode_state_vector(bytes_of(*vector));
  if (!known) return kernel->fail(known.error());
  return answered(*kernel, crdt::diff_update(bytes_of(*update), *known, format_of(format)));
}

tm_status tm_vector_of(tm_kernel* kernel, uint32_t format, const uint8_t* update, size_t size) {
  const Result<crdt::StateVector> vector =
      crdt::state_vector_of_update({update, size}, format_of(format));
  if (!vector) return kernel->fail(vector.error());
  return kernel->succeed(encode_state_vector(*vector));
}

tm_status tm_convert(tm_kernel* kernel, uint32_t format, const uint8_t* update, size_t size) {
  return answered(*kernel, format == TM_V2 ? crdt::convert_v1_to_v2({update, size})
                                           : crdt::convert_v2_to_v1({update, size}));
}
