// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef CONTROL_PARAMS_H
#define CONTROL_PARAMS_H

// A shadow of every control: its value and where a running ramp takes it, so that /get answers without asking process.

#include "msg/command.h"

typedef struct Params Params;

/// All at their defaults.  NULL: no memory.
Params* params_new(void);
void    params_free(Params* p);

/// What a COMMAND_PARAM or COMMAND_PORT does, taking effect at engine frame `at`.  Others are ignored.
void params_apply(Params* p, const Command* c, int64_t at);

float params_value(const Params* p, Param param, uint8_t deck, uint8_t stem, int64_t now);

/// Of a chain's plugin: a deck's, CHAIN_MIC's or CHAIN_MASTER's.  false: the port was never set from here.
bool params_port(const Params* p, uint8_t deck, uint8_t slot, uint32_t port, int64_t now, float* out);

/// A deck's slot got another plugin: nothing is known of its ports.
void params_forget_ports(Params* p, uint8_t deck, uint8_t slot);

/// All of a deck's controls are at their defaults, and nothing is known of its plugins' ports.
void params_forget_deck(Params* p, uint8_t deck);

/// All ramps have arrived.
void params_settle(Params* p);

/// All at their defaults, and nothing is known of any plugin's ports.
void params_forget_all(Params* p);

/// The default of a control.
float param_default(Param param);

#endif
