// RapidJSON for tests: what a program does not hold throws where the library would abort, so that a
// player can answer a program that makes no sense. Tests reach RapidJSON through this header only.
#pragma once

#include <stdexcept>

#define RAPIDJSON_ASSERT(x)                                              \
  do {                                                                   \
    if (!(x)) throw std::logic_error("the program does not fulfil " #x); \
  } while (false)

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
