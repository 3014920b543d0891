/* stop.h -- Ctrl-C: stop soon and tell; pressed again: stop now. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

/* From now on the first SIGINT or SIGTERM only asks; the second one ends the process. */
void stop_listen(void);
bool stop_asked(void);
/* From now on SIGHUP only asks to read again what can be read again. */
void reload_listen(void);
/* Whether somebody did since it was last asked. */
bool reload_asked(void);
