#include "cli/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <deque>
#include <functional>
#include <memory>
#include <sstream>

#include "cli/commands.h"
#include "cli/settings.h"
#include "cli/spelling.h"

namespace tidemark::cli {

namespace {

constexpr const char* kFooter =
    "Settings come from flags, from variables (--max-rooms is TIDEMARK_MAX_ROOMS) and from a TOML\n"
    "file (--config FILE, or TIDEMARK_CONFIG), in this order.\n"
    "Exit codes: 0 done, 1 a fault was found, 2 usage, 3 no such document or file, 4 the store\n"
    "cannot be used.";

constexpr const char* kFormats = "text, json, xml, update-v1 or update-v2";

// What one command was told about settings. Lives as long as the parser, which points into it.
struct SettingFlags {
  std::string config_file;
  std::deque<Given> given;
  std::deque<bool> switches;

  void add(CLI::App& to, const Setting& setting) {
    Given& place = given.emplace_back();
    place.name = setting.name;
    const std::string flag = "--" + setting.name;
    CLI::Option* option = nullptr;
    if (setting.value.empty()) {
      const auto say_yes = [&place](int64_t) { place.values = {"true"}; };
      option = to.add_flag_function(flag, say_yes, setting.meaning);
    } else {
      option = to.add_option(flag, place.values, setting.meaning);
      option->type_name(setting.value)
          ->expected(1)
          ->allow_extra_args(false)
          ->default_str(setting.fallback);
      option->multi_option_policy(setting.repeats ? CLI::MultiOptionPolicy::TakeAll
                                                  : CLI::MultiOptionPolicy::TakeLast);
    }
    if (setting.is_limit) option->group("Limits (K, M and G stand for powers of 1024)");
  }

  void add_config(CLI::App& to) {
    to.add_option("--config", config_file, "A TOML file with settings")->type_name("FILE");
  }

  Result<host::ServeOptions> resolve() const {
    for (const std::string& line : unknown_variables()) {
      std::fprintf(stderr, "tidemark: %s\n", line.c_str());
    }
    std::vector<Given> said;
    for (const Given& one : given) {
      if (!one.values.empty()) said.push_back(one);
    }
    return resolve_settings(said, config_file);
  }
};

// Explanations in columns, folded where the line ends.
class Help : public CLI::Formatter {
 public:
  Help() { column_width(32); }

  std::string make_option_desc(const CLI::Option* option) const override {
    constexpr size_t kLine = 100 - 32;
    std::string out;
    size_t width = 0;
    std::istringstream words(CLI::Formatter::make_option_desc(option));
    for (std::string word; words >> word;) {
      const bool fits = width + 1 + word.size() <= kLine;
      if (width > 0) out += fits ? ' ' : '\n';
      width = width > 0 && fits ? width + 1 + word.size() : word.size();
      out += word;
    }
    return out;
  }
};

std::string names_of_commands(const CLI::App& app) {
  std::string names;
  for (const CLI::App* command : app.get_subcommands({})) {
    names += (names.empty() ? "" : ", ") + command->get_name();
  }
  return names;
}

std::vector<std::string> names_of_options(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

bool is_option(const std::string& argument) {
  return argument.size() > 1 && argument.starts_with('-');
}

std::string in_a_row(const std::vector<std::string>& extra) {
  std::string out = "nothing is known to do with";
  for (const std::string& one : extra) out += " \"" + one + "\"";
  return out;
}

// What is wrong with a command line, in the words of the parser, and where to read on.
std::string what_to_do_about(const CLI::ParseError& error, const CLI::App& app) {
  const CLI::App* command = &app;
  std::string called = "tidemark";
  while (!command->get_subcommands().empty()) {
    command = command->get_subcommands().front();
    called += " " + command->get_name();
  }
  const std::string more = "; `" + called + " --help` tells more";
  const std::string names = names_of_commands(*command);
  const auto extra = app.remaining(true);
  if (const auto option = std::ranges::find_if(extra, is_option); option != extra.end()) {
    const std::string written = option->substr(0, option->find('='));
    return "`" + called + "` has no option " + written +
           did_you_mean(written, names_of_options(*command)) + more;
  }
  if (names.empty()) return extra.empty() ? error.what() + more : in_a_row(extra) + more;
  if (extra.empty()) return "say what to do: " + names + more;
  return "there is no command \"" + extra.front() + "\"; there are " + names + more;
}

class CommandLine {
 public:
  CommandLine() {
    app_.formatter(std::make_shared<Help>());
    app_.set_version_flag("-V,--version", "tidemark " TM_VERSION);
    app_.require_subcommand(1);
    app_.footer(kFooter);
    add_serve();
    add_documents();
    add_inspect();
    add_doctor();
    add_backup();
    add_settings();
  }

  int run(int argc, char** argv) {
    // `tidemark help doc` is `tidemark doc --help`.
    std::vector<const char*> words(argv, argv + argc);
    if (argc > 1 && std::string_view(words[1]) == "help") {
      words.erase(words.begin() + 1);
      words.push_back("--help");
    }
    try {
      app_.parse(static_cast<int>(words.size()), words.data());
    } catch (const CLI::Success& help) {
      return app_.exit(help);
    } catch (const CLI::ParseError& error) {
      std::fprintf(stderr, "tidemark: %s\n", what_to_do_about(error, app_).c_str());
      return kUsage;
    }
    const Result<ExitCode> outcome = command_();
    if (outcome) return *outcome;
    const bool is_damage = outcome.error().code == ErrorCode::kCorrupt;
    std::fprintf(stderr, "tidemark: %s%s\n", outcome.error().detail.c_str(),
                 is_damage ? "; `tidemark doctor` names all that is damaged" : "");
    return exit_code_of(outcome.error().code);
  }

 private:
  using Action = std::function<Result<ExitCode>(const host::ServeOptions&)>;

  CLI::App& add(CLI::App& parent, const char* name, const char* meaning, Action action) {
    CLI::App& command = *parent.add_subcommand(name, meaning);
    SettingFlags& flags = flags_.emplace_back();
    flags.add_config(command);
    if (std::string_view(name) == "serve") {
      for (const Setting& setting : settings()) flags.add(command, setting);
    } else {
      Setting data = *find_setting("data");
      data.meaning = "The folder that holds the store";
      if (std::string_view(name) == "import") data.meaning += "; made, and said so, if missing";
      flags.add(command, data);
    }
    command.callback([this, &flags, action = std::move(action)] {
      command_ = [&flags, action]() -> Result<ExitCode> {
        const auto options = flags.resolve();
        if (!options) return tl::unexpected(options.error());
        return action(*options);
      };
    });
    return command;
  }

  // A command whose arguments are a struct with a member `data`.
  template <typename Command>
  CLI::App& add(CLI::App& parent, const char* name, const char* meaning, Command& command) {
    return add(parent, name, meaning, [&command](const host::ServeOptions& options) {
      command.data = options.data;
      return cli::run(command);
    });
  }

  void add_serve() {
    add(app_, "serve", "Run the server", [](const host::ServeOptions& options) -> Result<ExitCode> {
      const auto served = host::serve(options);
      if (!served) return tl::unexpected(served.error());
      return kDone;
    });
  }

  void add_documents() {
    CLI::App& doc = *app_.add_subcommand("doc", "List, show, export, import and delete documents");
    doc.require_subcommand(1);

    CLI::App& list = add(doc, "list", "All documents with their sizes", list_);
    list.add_option("--prefix", list_.prefix, "Only names that begin with this");
    list.add_flag("--json", list_.as_json, "One JSON object");

    CLI::App& show = add(doc, "show", "What a document holds, for people", show_);
    show.add_option("document", show_.document, "Its name")->required();
    show.add_flag("--json", show_.as_json, "One JSON object");

    CLI::App& out = add(doc, "export", "Write a document to a file", export_);
    out.add_option("document", export_.document, "Its name")->required();
    out.add_option("file", export_.output, "Where to; - is standard output");
    add_format(out, export_.format);
    out.add_option("--root", export_.root, "Only this root type (text and xml)");
    out.add_flag("--force", export_.may_replace, "Replace the file if there is one");

    CLI::App& in = add(doc, "import", "Merge a file into a document, or make one of it", import_);
    in.add_option("document", import_.document, "Its name")->required();
    in.add_option("file", import_.input, "Where from; - is standard input")->required();
    add_format(in, import_.format);
    in.add_option(
        "--root", import_.root,
        "The root type that text and xml go into; by default the only one of that kind, else "
        "\"text\" for text and \"default\" for xml. An editor shows one root only");

    CLI::App& gone = add(doc, "delete", "Delete a document and its history", delete_);
    gone.add_option("document", delete_.document, "Its name")->required();
    gone.add_flag("-y,--yes", delete_.is_confirmed, "Do not ask");
  }

  static void add_format(CLI::App& to, std::string& format) {
    to.add_option("-f,--format", format,
                  std::string(kFormats) + "; by default what the name of the file ends in")
        ->check(CLI::IsMember({"text", "json", "xml", "update-v1", "update-v2"}))
        ->type_name("FORMAT");
  }

  void add_inspect() {
    CLI::App& inspect =
        add(app_, "inspect", "What an update or a stored document is made of", inspect_);
    inspect
        .add_option("target", inspect_.target,
                    "A file with an update (V1 or V2; - is standard input), or a document")
        ->required();
    inspect.add_flag("--document", inspect_.is_document,
                     "A document, even if there is such a file");
    inspect.add_flag("--blocks", inspect_.lists_blocks,
                     "Every block and every deleted range, one to a line, as they are read");
    inspect.add_flag("--json", inspect_.as_json, "One JSON object");
  }

  void add_doctor() {
    CLI::App& doctor =
        add(app_, "doctor", "Verify every stored document; names damage, changes nothing", doctor_);
    doctor.add_flag("--json", doctor_.as_json, "One JSON object");
  }

  void add_backup() {
    CLI::App& backup = add(app_, "backup", "Copy the store while it is in use", backup_);
    backup.add_option("file", backup_.output, "The copy; must not exist")->required();
  }

  void add_settings() {
    CLI::App& table = *app_.add_subcommand("settings", "The table of all settings, as Markdown");
    table.callback([this] {
      command_ = []() -> Result<ExitCode> {
        std::fputs(settings_as_markdown().c_str(), stdout);
        return kDone;
      };
    });
  }

  CLI::App app_{"Tidemark: a sync server and tools for documents that merge"};
  std::deque<SettingFlags> flags_;
  std::function<Result<ExitCode>()> command_;
  DocList list_;
  DocShow show_;
  DocExport export_;
  DocImport import_;
  DocDelete delete_;
  Inspect inspect_;
  Doctor doctor_;
  Backup backup_;
};

}  // namespace

int run(int argc, char** argv) {
  CommandLine command_line;
  return command_line.run(argc, argv);
}

}  // namespace tidemark::cli
