/* admit.h -- records come in: counted, told from duplicates and late ones, put into a batch. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "detect/engine/engine_inside.h"

/* Fills the batch from the front of `records`; `*taken` of them are done with or in the batch.
 * STATUS_FULL: not even one more can be remembered; nothing was taken, or changed. */
enum status admit(struct engine *engine, const struct record *records, size_t count, size_t *taken);
/* A batch of one record that is not counted, whoever was here before, and that ties nobody.
 * STATUS_FULL: as above.  STATUS_LATE: it came too late to be counted. */
enum status admit_alone(struct engine *engine, const struct record *record);
