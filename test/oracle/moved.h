/* moved.h -- an engine and its registry, written down and read into new ones. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "detect/engine/engine.h"

/* What the engine remembers is kept aside as bytes, and compared with them again.  STATUS_REFUSED:
 * it differs. */
enum status engine_remembers(const struct engine *engine, const struct registry *registry);
enum status engine_remembers_still(const struct engine *engine, const struct registry *registry);
/* `*engine` and `options->registry` give way to new ones that were told what the old ones wrote, on
 * `threads` threads; the old ones are destroyed.  Afterwards the new ones have written the same
 * bytes again; else STATUS_REFUSED.  Any other status: as the calls gave it.  In every case both
 * are there to be destroyed. */
enum status engine_moved(struct engine **engine, struct engine_options *options, unsigned threads,
                         size_t registry_max, struct arena *boot);
