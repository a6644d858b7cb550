// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SESSION_DOCTOR_H
#define SESSION_DOCTOR_H

/// `deckhost doctor`: looks at what stands in the way of audio without dropouts on this machine, a line each, with the
/// remedy.  Return: exit status, 0 when nothing does.
int doctor_main(int argc, char** argv);

#endif
