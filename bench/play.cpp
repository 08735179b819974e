// Plays the workloads of workloads.mjs on the kernel and prints the times as JSON, as play.mjs does
// for engines in JavaScript.
//   bench_play FILE [NAME...]
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "base/assert.h"
#include "crdt/doc.h"
#include "crdt/undo.h"
#include "timing.h"

namespace tidemark::bench {
namespace {

constexpr size_t kParts = 50;
constexpr size_t kRepeats = 5;
// A workload that has taken this long is not repeated.
constexpr double kEnoughMs = 3000;

enum class Verb : uint8_t {
  kInsert,
  kStyle,
  kErase,
  kFormat,
  kAdd,
  kRemove,
  kSet,
  kUnset,
  kParagraph,
  kDrop,
  kType,
  kMark
};
constexpr std::array<std::string_view, 12> kVerbs{"insert",    "style",  "erase", "format",
                                                  "add",       "remove", "set",   "unset",
                                                  "paragraph", "drop",   "type",  "mark"};

struct Op {
  Verb verb;
  uint32_t index = 0;
  uint32_t count = 0;
  std::string text = {};
  crdt::Any value = {};
  crdt::Attributes attributes = {};
};

struct Workload {
  std::string name;
  std::string shape;
  std::string start;
  std::vector<std::vector<Op>> edits;
};

uint32_t number(const crdt::Any& json) { return static_cast<uint32_t>(*json.as_number()); }

Op op_of(const crdt::AnyArray& json) {
  const auto* verb = std::find(kVerbs.begin(), kVerbs.end(), *json[0].as_string());
  TM_ASSERT(verb != kVerbs.end());
  Op op{.verb = static_cast<Verb>(verb - kVerbs.begin())};
  size_t at = 1;
  if (json[at].as_number()) op.index = number(json[at++]);
  if (at < json.size() && json[at].as_number() && op.verb != Verb::kSet) {
    op.count = number(json[at++]);
  }
  if (at < json.size() && json[at].as_string()) op.text = *json[at++].as_string();
  if (at == json.size()) return op;
  if (op.verb == Verb::kStyle || op.verb == Verb::kFormat) {
    op.attributes = json[at].as_object()->members();
  } else {
    op.value = json[at];
  }
  return op;
}

std::vector<Workload> read_workloads(const char* file) {
  std::ifstream in(file);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const Result<crdt::Any> json = crdt::parse_json(text);
  TM_ASSERT(json);
  std::vector<Workload> workloads;
  for (const crdt::Any& each : *json->as_array()) {
    const crdt::AnyObject& from = *each.as_object();
    Workload& to = workloads.emplace_back();
    to.name = *from.find("name")->as_string();
    to.shape = *from.find("shape")->as_string();
    if (const crdt::Any* start = from.find("start")) to.start = *start->as_string();
    for (const crdt::Any& ops : *from.find("edits")->as_array()) {
      std::vector<Op>& list = to.edits.emplace_back();
      for (const crdt::Any& op : *ops.as_array()) list.push_back(op_of(*op.as_array()));
    }
  }
  return workloads;
}

class Replica {
 public:
  explicit Replica(uint64_t client, std::vector<Buffer>* updates = nullptr)
      : doc_({.client_id = client}),
        text_(doc_.text("t")),
        array_(doc_.array("a")),
        map_(doc_.map("m")),
        xml_(doc_.xml_fragment("x")) {
    if (updates == nullptr) return;
    subscription_ = doc_.on_update(
        [updates](const crdt::UpdateEvent& event) { updates->push_back(copy_of(event.update)); });
  }

  void edit(const Op& op) {
    switch (op.verb) {
      case Verb::kInsert: return must(text_.insert(op.index, op.text));
      case Verb::kStyle: return must(text_.insert(op.index, op.text, op.attributes));
      case Verb::kErase: return must(text_.erase(op.index, op.count));
      case Verb::kFormat: return must(text_.format(op.index, op.count, op.attributes));
      case Verb::kAdd: return must(array_.insert(op.index, *op.value.as_array()));
      case Verb::kRemove: return must(array_.erase(op.index, op.count));
      case Verb::kSet: return must(map_.set(op.text, op.value));
      case Verb::kUnset: return map_.erase(op.text);
      case Verb::kDrop: return must(xml_.erase(op.index, 1));
      case Verb::kParagraph: return add_paragraph(op.index);
      case Verb::kType: return must(text_in(op.index).insert(op.count, op.text));
      case Verb::kMark: return must(paragraph(op.index).set_attribute(op.text, op.value));
    }
  }

  crdt::Doc& doc() { return doc_; }
  void apply(Bytes update) { must(doc_.apply_update(update)); }
  std::string text() const { return text_.to_string(); }
  std::string content() const { return crdt::to_json(doc_.to_json()); }

 private:
  template <typename T>
  static void must(const Result<T>& result) {
    TM_ASSERT(result);
  }

  void add_paragraph(uint32_t index) {
    doc_.transact([&] { must(xml_.insert_element(index, "p")->insert_text(0)); });
  }
  crdt::XmlElement paragraph(uint32_t index) const {
    const crdt::SharedType child = *xml_.child(index);
    return {child.document(), child.branch()};
  }
  crdt::XmlText text_in(uint32_t index) const {
    const crdt::SharedType child = *paragraph(index).child(0);
    return {child.document(), child.branch()};
  }

  crdt::Doc doc_;
  crdt::Text text_;
  crdt::Array array_;
  crdt::Map map_;
  crdt::XmlFragment xml_;
  crdt::Subscription subscription_;
};

using Marks = std::vector<double>;

struct Run {
  std::vector<std::pair<const char*, Marks>> sections;
  size_t v1 = 0;
  size_t v2 = 0;

  double total() const {
    double sum = 0;
    for (const auto& [name, marks] : sections) sum += marks.back();
    return sum;
  }
};

size_t end_of_part(size_t part, size_t count) { return (count * part + kParts / 2) / kParts; }

template <typename F>
Marks marked(size_t count, F&& work) {
  Marks marks;
  const double start = cpu_ms();
  for (size_t part = 1, i = 0; part <= kParts; ++part) {
    for (const size_t end = end_of_part(part, count); i < end; ++i) work(i);
    marks.push_back(cpu_ms() - start);
  }
  return marks;
}

Run finished(std::vector<std::pair<const char*, Marks>> sections, Replica& replica) {
  return {std::move(sections), replica.doc().encode_state_as_update().size(),
          replica.doc().encode_state_as_update_v2().size()};
}

Run play_one(const Workload& workload) {
  const std::vector<Op>& ops = workload.edits[0];
  std::vector<Buffer> updates;
  Replica writer(1, &updates);
  Replica reader(2);
  Marks edit;
  Marks apply;
  double edit_ms = 0;
  double apply_ms = 0;
  for (size_t part = 1, i = 0; part <= kParts; ++part) {
    const double start = cpu_ms();
    for (const size_t end = end_of_part(part, ops.size()); i < end; ++i) writer.edit(ops[i]);
    const double middle = cpu_ms();
    for (const Buffer& update : updates) reader.apply(update);
    edit_ms += middle - start;
    apply_ms += cpu_ms() - middle;
    updates.clear();
    edit.push_back(edit_ms);
    apply.push_back(apply_ms);
  }
  TM_ASSERT(writer.content() == reader.content());
  return finished({{"edit", std::move(edit)}, {"apply", std::move(apply)}}, writer);
}

Run play_two(const Workload& workload) {
  std::array<std::vector<Buffer>, 2> updates;
  std::array<Replica, 2> replicas{Replica(1, &updates[0]), Replica(2, &updates[1])};
  replicas[0].edit({.verb = Verb::kInsert, .text = workload.start});
  replicas[1].apply(updates[0].back());
  for (auto& list : updates) list.clear();
  const double start = cpu_ms();
  for (size_t n = 0; n < 2; ++n) {
    replicas[n].doc().transact([&] {
      for (const Op& op : workload.edits[n]) replicas[n].edit(op);
    });
  }
  const std::array<std::vector<Buffer>, 2> sent = updates;
  for (size_t n = 0; n < 2; ++n) {
    for (const Buffer& update : sent[n]) replicas[1 - n].apply(update);
  }
  const double spent = cpu_ms() - start;
  TM_ASSERT(replicas[0].content() == replicas[1].content());
  return finished({{"edit", {spent}}}, replicas[0]);
}

Run play_many(const Workload& workload) {
  std::vector<Buffer> updates;
  std::vector<std::unique_ptr<Replica>> replicas;
  for (size_t n = 0; n < workload.edits.size(); ++n) {
    replicas.push_back(std::make_unique<Replica>(n + 1, &updates));
    replicas.back()->edit(workload.edits[n][0]);
  }
  const std::vector<Buffer> sent = updates;
  Replica& first = *replicas[0];
  first.doc().begin();
  Marks apply = marked(sent.size(), [&](size_t i) { first.apply(sent[i]); });
  const double before_end = cpu_ms();
  first.doc().end();
  apply.back() += cpu_ms() - before_end;
  for (const Buffer& update : sent) replicas[1]->apply(update);
  TM_ASSERT(first.content() == replicas[1]->content());
  return finished({{"apply", std::move(apply)}}, first);
}

Run play_undo(const Workload& workload) {
  const std::vector<Op>& ops = workload.edits[0];
  std::vector<Buffer> updates;
  Replica replica(1, &updates);
  crdt::UndoStack stack(replica.doc(), {.capture_timeout_ms = 0});
  Marks edit = marked(ops.size(), [&](size_t i) { replica.edit(ops[i]); });
  const std::string text = replica.text();
  Marks undo = marked(ops.size(), [&](size_t) { stack.undo(); });
  TM_ASSERT(replica.text().empty());
  Marks redo = marked(ops.size(), [&](size_t) { stack.redo(); });
  TM_ASSERT(replica.text() == text);
  return finished({{"edit", std::move(edit)}, {"undo", std::move(undo)}, {"redo", std::move(redo)}},
                  replica);
}

Run play(const Workload& workload) {
  if (workload.shape == "one") return play_one(workload);
  if (workload.shape == "two") return play_two(workload);
  if (workload.shape == "many") return play_many(workload);
  TM_ASSERT(workload.shape == "undo");
  return play_undo(workload);
}

void print(const Workload& workload, const Run& run) {
  std::printf("\"%s\": {", workload.name.c_str());
  for (const auto& [name, marks] : run.sections) {
    std::printf("\"%s\": [", name);
    for (size_t i = 0; i < marks.size(); ++i) std::printf("%s%.5f", i == 0 ? "" : ", ", marks[i]);
    std::printf("], ");
  }
  std::printf("\"bytes\": {\"v1\": %zu, \"v2\": %zu}}", run.v1, run.v2);
}

void play_all(const char* file, std::span<char*> names) {
  std::printf("{");
  const char* between = "";
  for (const Workload& workload : read_workloads(file)) {
    const bool is_named = std::any_of(names.begin(), names.end(),
                                      [&](const char* name) { return workload.name == name; });
    if (!names.empty() && !is_named) continue;
    std::vector<Run> runs;
    const double start = cpu_ms();
    while (runs.size() < kRepeats && cpu_ms() - start < kEnoughMs) runs.push_back(play(workload));
    std::sort(runs.begin(), runs.end(),
              [](const Run& a, const Run& b) { return a.total() < b.total(); });
    const Run& median = runs[runs.size() / 2];
    std::fprintf(stderr, "  kernel, %s: %.2f ms\n", workload.name.c_str(), median.total());
    std::printf("%s", between);
    print(workload, median);
    between = ",\n";
  }
  std::printf("}\n");
}

}  // namespace
}  // namespace tidemark::bench

int main(int argc, char** argv) {
  TM_ASSERT(argc >= 2);
  tidemark::bench::play_all(argv[1], {argv + 2, static_cast<size_t>(argc - 2)});
  return 0;
}
