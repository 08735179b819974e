#include "crdt/obfuscate.h"

#include <map>
#include <string>

#include "base/assert.h"
#include "crdt/internal/update/reader.h"
#include "crdt/internal/update/writer.h"
#include "crdt/value.h"

namespace tidemark::crdt {
namespace {

// Replaces the content of one struct after the other by the number of the item.
class Obfuscator {
 public:
  explicit Obfuscator(const ObfuscateOptions& options) : options_(options) {}

  // The view is valid until the next call.
  void obfuscate(StructView& view) {
    if (!view.is_item()) return;
    number_ = std::to_string(count_);
    replace_content(view);
    // Yjs takes an empty key for none.
    if (view.has_key && !view.key.empty()) view.key = replaced(keys_, view.key, "");
    ++count_;
  }

 private:
  using Names = std::map<std::string, std::string, std::less<>>;

  void replace_content(StructView& view) {
    switch (view.ref) {
      case Ref::kString:
        text_.assign(static_cast<size_t>(view.len), number_.back());
        view.text = text_;
        view.text_is_ascii = true;
        return;
      case Ref::kAny: encode_any(payload_, Any(static_cast<double>(count_))); return repeat(view);
      case Ref::kJson: payload_.write_varstring(number_); return repeat(view);
      case Ref::kBinary: payload_.write_byte(static_cast<uint8_t>(count_)); return take(view);
      case Ref::kEmbed: return take_json(view, "{}");
      case Ref::kFormat:
        if (!options_.formatting) return;
        replace_value(view);
        view.text = replaced(formats_, view.text, "");
        return;
      case Ref::kDoc:
        if (!options_.subdocuments) return;
        encode_any(payload_, Any(AnyObject()));
        view.text = number_;
        return take(view);
      case Ref::kType:
        if (!options_.xml_names) return;
        if (view.type == TypeRef::kXmlElement) view.text = replaced(nodes_, view.text, "node-");
        if (view.type == TypeRef::kXmlHook) view.text = replaced(nodes_, view.text, "hook-");
        return;
      default: return;
    }
  }

  std::string_view replaced(Names& names, std::string_view name, std::string_view prefix) {
    const auto known = names.find(name);
    if (known != names.end()) return known->second;
    return names.emplace(name, std::string(prefix) + number_).first->second;
  }

  // Null ends a range and stays; equal scalars stay equal, objects are each like no other.
  void replace_value(StructView& view) {
    Any value;
    if (view.payload_is_json) {
      Result<Any> read = parse_json(as_text(view.payload));
      TM_ASSERT(read.has_value());  // the reader has looked at it
      value = *std::move(read);
    } else {
      Decoder decoder(view.payload);
      TM_ASSERT(decode_any(decoder, value));
    }
    if (value.is_null()) return;
    const std::string fresh = "{\"i\":" + number_ + "}";
    const bool is_object =
        value.as_object() != nullptr || value.as_array() != nullptr || value.as_binary() != nullptr;
    if (is_object) return take_json(view, fresh);
    if (value == Any(-0.0)) value = Any(0.0);
    Encoder scalar;
    encode_any(scalar, value);
    take_json(view, values_.emplace(as_text(scalar.bytes()), fresh).first->second);
  }

  void take_json(StructView& view, std::string_view json) {
    payload_.write_bytes(as_bytes(json));
    take(view);
    view.payload_is_json = true;
  }

  void take(StructView& view) {
    kept_ = payload_.take();
    view.payload = kept_;
    view.payload_is_json = false;
  }

  // What was written once, as often as the struct has elements.
  void repeat(StructView& view) {
    const Buffer element = payload_.take();
    for (uint64_t i = 0; i < view.len; ++i) payload_.write_bytes(element);
    take(view);
  }

  ObfuscateOptions options_;
  uint64_t count_ = 0;
  std::string number_;
  std::string text_;
  Encoder payload_;
  Buffer kept_;
  Names keys_;
  Names nodes_;
  Names formats_;
  Names values_;
};

template <typename Reader, typename Writer>
Result<Buffer> obfuscated(Bytes update, const ObfuscateOptions& options,
                          const UpdateLimits& limits) {
  Reader reader(update, limits);
  LazyUpdateWriter<Writer> writer;
  Obfuscator obfuscator(options);
  StructView view;
  while (reader.next(view)) {
    obfuscator.obfuscate(view);
    writer.write(view);
  }
  DeleteSet deletes;
  if (!reader.read_delete_set(deletes)) return tl::unexpected(reader.error());
  return writer.take(deletes);
}

}  // namespace

Result<Buffer> obfuscate_update(Bytes update, UpdateFormat format, const ObfuscateOptions& options,
                                const UpdateLimits& limits) {
  return format == UpdateFormat::kV1
             ? obfuscated<UpdateReaderV1, UpdateWriterV1>(update, options, limits)
             : obfuscated<UpdateReaderV2, UpdateWriterV2>(update, options, limits);
}

}  // namespace tidemark::crdt
