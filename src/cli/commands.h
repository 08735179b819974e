// The commands, each in a file of its own: what it is told, and what it returns to the shell.
// Errors are for main to print.
#pragma once

#include <string>

#include "base/result.h"
#include "cli/exit_code.h"
#include "host/serve.h"

namespace tidemark::cli {

struct DocList {
  std::string data;
  std::string prefix;
  bool as_json = false;
};
Result<ExitCode> run(const DocList& command);

struct DocShow {
  std::string data;
  std::string document;
  bool as_json = false;
};
Result<ExitCode> run(const DocShow& command);

struct DocExport {
  std::string data;
  std::string document;
  std::string output;  // empty: standard output, if that is no terminal or the format is text
  std::string format;
  std::string root;
  bool may_replace = false;
};
Result<ExitCode> run(const DocExport& command);

struct DocImport {
  std::string data;
  std::string document;
  std::string input;
  std::string format;
  std::string root;
};
Result<ExitCode> run(const DocImport& command);

struct DocDelete {
  std::string data;
  std::string document;
  bool is_confirmed = false;
};
Result<ExitCode> run(const DocDelete& command);

struct Inspect {
  std::string data;
  std::string target;
  bool is_document = false;  // even if there is a file of that name
  bool lists_blocks = false;
  bool as_json = false;
};
Result<ExitCode> run(const Inspect& command);

struct Doctor {
  std::string data;
  bool as_json = false;
};
Result<ExitCode> run(const Doctor& command);

struct Backup {
  std::string data;
  std::string output;
};
Result<ExitCode> run(const Backup& command);

}  // namespace tidemark::cli
