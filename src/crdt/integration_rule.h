// How a document orders what several people insert at one place at the same time. All who edit a
// document must follow one rule, or they see the same characters in different order. So a document
// says which it follows: everybody who writes under kFugueMax begins, at clock 0, with one deleted
// unit that stands alone in the root kFugueMaxRoot.
//   claim := item {client c, clock 0}, content deleted(1), parent root "tidemark:fuguemax", no
//            origin, no right origin
// Peers that know nothing of it carry it as what it is: something deleted. Whoever begins otherwise
// claims kYata.
#pragma once

#include <cstdint>
#include <string_view>

namespace tidemark::crdt {

enum class IntegrationRule : uint8_t {
  // That of Yjs, and the only one that other implementations know.
  kYata,
  // Weidner and Kleppmann, "The Art of the Fugue", 2023. What people write at one place at the
  // same time stays apart in whichever direction each of them writes, forwards or backwards.
  kFugueMax,
};

// Reserved: to ask a Doc for a root of this name is a bug.
inline constexpr std::string_view kFugueMaxRoot = "tidemark:fuguemax";

}  // namespace tidemark::crdt
