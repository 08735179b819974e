// The command line: which command with which options. The one unit that knows CLI11.
#pragma once

namespace tidemark::cli {

// Runs what the arguments ask for; the exit code.
int run(int argc, char** argv);

}  // namespace tidemark::cli
