// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef CONTROL_ANSWER_H
#define CONTROL_ANSWER_H

// Where answers go.  Every call is answered by exactly one answer_ok or answer_error.

#include "control/control.h"
#include "control/value.h"

#include <sys/socket.h>

typedef struct Call  Call;
typedef struct Score Score;

typedef enum {
  SENDER_NONE, ///< nobody: errors are logged
  SENDER_LINE, ///< the program itself
  SENDER_UDP,
  SENDER_TCP,
  SENDER_SCORE
} SenderKind;

typedef struct {
  SenderKind kind;
  bool       remote; ///< of another machine, as far as can be told
  union {
    struct {
      ControlAnswer answer;
      void*         data;
    } line;
    struct {
      struct sockaddr_storage address;
      socklen_t               length;
    } udp;
    uint64_t tcp; ///< a connection's number: it may have gone
    struct {
      Score*   score;
      uint32_t index; ///< of its commands
    } score;
  };
} Sender;

/// Whether both are the same client.
bool sender_same(const Sender* a, const Sender* b);

/// The command was carried out.  `values` may be NULL with count 0.
void answer_ok(Control* c, const Call* call, const Value* values, int count);

__attribute__((format(printf, 3, 4))) void answer_error(Control* c, const Call* call, const char* format, ...);

/// To a sender whose words didn't become a call.
void answer_refuse(Control* c, const Sender* to, const char* address, const char* id, const char* text);

/// One message of more than the last: `/value ADDRESS ...`, `/help ...`, `/stats/KEY ...`.
void answer_send(Control* c, const Sender* to, const char* address, const Value* values, int count);

#endif
