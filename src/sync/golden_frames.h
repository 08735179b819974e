// Written by tests/golden/sync/make.mjs; do not edit.
#pragma once

#include <string_view>

namespace tidemark::golden {

struct Frame {
  std::string_view name;
  std::string_view hex;
};

inline constexpr Frame kFrames[] = {
    {"state_vector", "010702"},
    {"update", "010107000401017402686900"},
    {"y_step1", "000003010702"},
    {"y_step2", "00010c010107000401017402686900"},
    {"y_update", "00020c010107000401017402686900"},
    {"y_denied", "0200026e6f"},
    {"awareness_first", "010700027b7d"},
    {"awareness_second",
     "010701257b2275736572223a7b226e616d65223a22c385222c22636f6c6f72223a2223666666227d"
     "7d"},
    {"awareness_both",
     "020701257b2275736572223a7b226e616d65223a22c385222c22636f6c6f72223a2223666666227d"
     "7d8580808010010e7b226e223a5b312c6e756c6c5d7d"},
    {"awareness_gone", "010705046e756c6c"},
    {"awareness_insisted",
     "010706257b2275736572223a7b226e616d65223a22c385222c22636f6c6f72223a2223666666227d"
     "7d"},
    {"awareness_left", "010707046e756c6c"},
    {"y_awareness", "0116018580808010010e7b226e223a5b312c6e756c6c5d7d"},
    {"y_client_0", "00000100"},
    {"y_client_1", "0106010700027b7d"},
    {"y_client_2", "00020c010107000401017402686900"},
    {"y_client_3", "010b010701077b2261223a317d"},
    {"h_client_0", "03646f63020003746f6b05342e382e30"},
    {"h_client_1", "03646f6300000100"},
    {"h_client_2", "03646f630106010700027b7d"},
    {"h_client_3", "03646f6300020c010107000401017402686900"},
    {"h_client_4", "03646f63050568656c6c6f"},
    {"h_client_5", "03646f6307"},
    {"h_writer_says_0", "03646f6302000005342e382e30"},
    {"h_writer_says_1", "03646f6300000100"},
    {"h_writer_says_2", "03646f6300010c010107000401017402686900"},
    {"h_writer_hears_0", "03646f6302020a726561642d7772697465"},
    {"h_writer_hears_1", "03646f6300000100"},
    {"h_writer_hears_2", "03646f630001020000"},
    {"h_writer_hears_3", "03646f630801"},
    {"h_writer_hears_4", "03646f6300020c010107000401017402686900"},
    {"h_reader_says_0", "04646f633202000672656164657205342e382e30"},
    {"h_reader_says_1", "04646f633200010c010107000401017402686900"},
    {"h_reader_says_2", "04646f633200020c010107000401017402686900"},
    {"h_reader_hears_0", "04646f6332020208726561646f6e6c79"},
    {"h_reader_hears_1", "04646f63320800"},
    {"h_reader_hears_2", "04646f63320800"},
    {"h_denied_says_0", "04646f633302000362616405342e382e30"},
    {"h_denied_hears_0", "04646f63330201117065726d697373696f6e2d64656e696564"},
    {"h_session_says_0", "08646f63340073696402000005342e382e30"},
    {"h_session_says_1", "08646f63340073696400000100"},
    {"h_session_hears_0", "08646f63340073696402020a726561642d7772697465"},
    {"h_session_hears_1", "08646f63340073696400000100"},
    {"h_session_hears_2", "08646f6334007369640001020000"},
    {"h_close", "03646f630703776879"},
    {"h_stateless", "03646f63050568656c6c6f"},
};

}  // namespace tidemark::golden
