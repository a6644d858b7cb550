// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef CONTROL_TABLE_H
#define CONTROL_TABLE_H

// The one table of commands: what OSC, scores and the program itself may say, what /get reads, what /help prints.

#include "control/control.h"
#include "control/value.h"
#include "msg/command.h"

typedef struct Call Call;

/// What an argument must be.
typedef enum {
  ARG_NONE,   ///< there is none, nor any after it
  ARG_NUMBER, ///< minimum .. maximum
  ARG_WHOLE,  ///< likewise, no fraction
  ARG_SWITCH, ///< 0 or 1
  ARG_CHOICE, ///< one of `words`, or its index from 0
  ARG_TEXT,
  ARG_FILE, ///< a path to read: relative to the score it stands in, else to the working directory
  ARG_PATH, ///< a path to write, likewise
  ARG_DECK, ///< one deck, from 1: the call is about it
  ARG_DECKS ///< any number of decks, from 1; the last of its entry
} ArgKind;

enum {
  MAX_SPECS   = 3,
  MAX_READ    = 4,  ///< values of one address
  MAX_ADDRESS = 128 ///< bytes; longer ones are unknown
};

typedef struct {
  ArgKind     kind;
  const char* name;
  double      minimum, maximum;
  const char* unit;  ///< "" or NULL: none
  const char* words; ///< of a choice, "linear|power|cut"
  bool        optional;
} ArgSpec;

/// What has to be in order: commands of one queue are carried out one after the other.
typedef enum {
  QUEUE_NONE,
  QUEUE_DECK,
  QUEUE_DECKS,
  QUEUE_MEMBERS, ///< those of all decks of a group
  QUEUE_RECORD,  ///< from here on queues that are no deck's
  QUEUE_SCORE,
  QUEUE_GROUPS,
  QUEUE_INSERTS ///< those of a chain
} QueueKind;

/// How far a call has come.
typedef enum { CALL_DONE, CALL_WAITS } Progress;

typedef enum {
  CONTROL_NONE,  ///< isn't one
  CONTROL_PARAM, ///< .param
  CONTROL_PORT   ///< .slot and .symbol of a deck's plugin
} ControlKind;

typedef struct Entry {
  const char* address; ///< N stands for a deck, K for a slot
  ArgSpec     args[MAX_SPECS];
  const char* help;
  const char* slot_name; ///< what K counts
  uint8_t     slots;     ///< how many there are

  /// Carry it out; NULL: it can only be read.  Called again after each reply and each turn while it returns CALL_WAITS.
  Progress (*run)(Control* c, Call* call);

  /// Look at what the arguments' kinds don't tell, before anything is done.  NULL: nothing.
  Status (*check)(Control* c, const Call* call, Error* error);

  /// The value for /get, into out[MAX_READ]; returns how many.  NULL: it can't be read.  Texts last until the next
  /// read.
  int (*read)(const Control* c, const struct Entry* e, uint8_t deck, uint8_t k, Value* out);

  QueueKind   queue;
  ControlKind control;
  Param       param;
  uint8_t     slot;
  uint8_t     chain; ///< CHAIN_MIC, CHAIN_MASTER; 0: the deck's
  const char* symbol;
  bool        ramp;    ///< /ramp moves it
  const char* initial; ///< the argument that may be left out, or else the first, by default; NULL: see control
  bool        score;   ///< false: makes no sense in a score
  bool        meter;   ///< subscribers are told it always, not only when it has changed
} Entry;

/// The chain that an entry with a plugin's slot, or a meter, is about.
static inline uint8_t
entry_chain(const Entry* e, uint8_t deck)
{
  return e->chain ? e->chain : deck;
}

extern const Entry  table[];
extern const size_t table_size;

/** The entry of an address as it is sent, /deck/2/stem/1/gain.
 * @param decks mask of the decks there are
 * @param deck, k  from 0; 0 where the address has none
 * @return NULL: `error` says what is wrong: no such deck or slot, or unknown, with the nearest there is */
const Entry* table_find(const char* address, uint64_t decks, uint8_t* deck, uint8_t* k, Error* error);

/// "no deck 5: there are 4", or which there are where numbers are missing.
Status table_no_deck(unsigned number, uint64_t decks, Error* error);

/// Whether it is about one deck: /deck/N/...
bool table_is_of_deck(const Entry* e);

/** Tell all addresses of all entries that a pattern names.  STATUS_BAD_VALUE: it takes too long to find out which; some
 * may have been told. */
Status table_match(const char* pattern,
                   uint64_t    decks,
                   void (*tell)(void* data, const Entry* e, uint8_t deck, uint8_t k),
                   void*  data,
                   Error* error);

/// Write the address of an entry for a deck and slot (from 0).
void table_address(const Entry* e, uint8_t deck, uint8_t k, char* out, size_t size);

/// Write "path [stem]": what the command takes.
void table_usage(const Entry* e, char* out, size_t size);

/// Write the help line with range, unit and default.
void table_help(const Entry* e, char* out, size_t size);

/** Write the arguments for programs: "gain:number:-40:12:dB=0 ?stem:whole:1:8=1 side:choice:thru|a|b=thru", each
 * [?]NAME:KIND[:MINIMUM:MAXIMUM[:UNIT]][:WORDS][=DEFAULT], `?` before those that may be left out. */
void table_spec(const Entry* e, char* out, size_t size);

/// Write what can be done with it: "set get ramp score meter slots:8", some of them.
void table_uses(const Entry* e, char* out, size_t size);

/** Check arguments and convert them: numbers of switches, choices and decks are in .number, texts in .text.
 * `values` and `count` are changed in place.  STATUS_BAD_VALUE: `error` says what is expected. */
Status table_check(const Entry* e, uint64_t decks, Value* values, int* count, Error* error);

#endif
