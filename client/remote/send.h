// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef REMOTE_SEND_H
#define REMOTE_SEND_H

/** `deckhost send ADDRESS [ARGS...]`: one command to a running deckhost, its answers printed.
 * @param argv "send" first
 * @return the exit status: 0 /ok, 1 /error or nobody answered, 2 wrong usage */
int send_main(int argc, char** argv);

/// The text of --help.
extern const char send_help[];

#endif
