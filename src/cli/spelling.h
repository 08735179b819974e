// What somebody meant who wrote a name that does not exist.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace tidemark::cli {

// "; did you mean --listen?" for the candidate that is nearest, if one is near; else nothing.
std::string did_you_mean(std::string_view written, std::span<const std::string> candidates);

}  // namespace tidemark::cli
