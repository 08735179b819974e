// Numbers as JavaScript prints and reads them, by exact integer arithmetic: neither the tables of a
// C library nor its rounding.
#pragma once

#include <string>
#include <string_view>

namespace tidemark {

// What String(value) gives: the fewest digits that read back as the same double, with an exponent
// from 1e21 and below 1e-6. "-0" does not exist: it is "0".
void append_js_number(std::string& to, double value);

// The double nearest to a number of JSON's grammar, ties to even; infinity where it is too large.
double parse_js_number(std::string_view json_number);

}  // namespace tidemark
