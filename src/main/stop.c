/* stop.c -- one flag, set by the handler and looked at between batches.
 *
 * The handler is gone after the first signal, so the second has its default effect.  No shutdown is
 * needed for safety: an output file that was not committed does not exist. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "stop.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t asked, again;

static void note(int signal_number)
{
    (void)signal_number;
    asked = 1;
}

void stop_listen(void)
{
    static const int SIGNALS[] = {SIGINT, SIGTERM};
    struct sigaction action = {.sa_handler = note, .sa_flags = (int)SA_RESETHAND};
    (void)sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof SIGNALS / sizeof SIGNALS[0]; i++) {
        struct sigaction present = {.sa_handler = SIG_DFL};
        (void)sigaction(SIGNALS[i], NULL, &present); /* fails only for signals that do not exist */
        if (present.sa_handler != SIG_IGN) /* as under nohup: who started us does not want it */
            (void)sigaction(SIGNALS[i], &action, NULL);
    }
}

bool stop_asked(void)
{
    return asked != 0;
}

static void note_reload(int signal_number)
{
    (void)signal_number;
    again = 1;
}

void reload_listen(void)
{
    struct sigaction action = {.sa_handler = note_reload, .sa_flags = SA_RESTART};
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGHUP, &action, NULL);
}

bool reload_asked(void)
{
    if (again == 0)
        return false;
    again = 0; /* before anything is read: one that comes from now on is asked for again */
    return true;
}
