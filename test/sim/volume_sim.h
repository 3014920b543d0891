/* volume_sim.h -- a disk that loses power.
 *
 * Every file has what was written and what is durable.  A crash decides for each unsynced write, by
 * chance, whether its 512-byte sectors reached the disk: all, none, some, in any order; names
 * created or renamed without volume_sync_names may vanish.  Every call is counted, and the n-th one
 * can fail or be the moment of the crash. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/chance.h"
#include "ground/volume.h"

struct volume_sim;

/* A few files of 64 KiB. */
enum status volume_sim_create(struct volume_sim **out, uint64_t seed, struct arena *arena);
enum status volume_sim_create_of(struct volume_sim **out, uint64_t seed, int files,
                                 size_t file_bytes, struct arena *arena);
/* Empty again. */
void volume_sim_reset(struct volume_sim *sim, uint64_t seed);
struct volume volume_sim_volume(struct volume_sim *sim);
/* Calls so far that could have failed. */
uint64_t volume_sim_calls(const struct volume_sim *sim);
/* From the n-th call from now on every call says STATUS_IO until volume_sim_crash; 0 turns it off.
 * */
void volume_sim_stop_at(struct volume_sim *sim, uint64_t n);
/* The n-th call from now fails, once. */
void volume_sim_fail_at(struct volume_sim *sim, uint64_t n);
/* Nothing fails any more, and everything is as it was left: the process died, not the disk. */
void volume_sim_start(struct volume_sim *sim);
/* Power goes and comes back: only what is durable, and by chance some of the rest, is there. */
void volume_sim_crash(struct volume_sim *sim);
/* For damage tests: the bytes of a file; NULL if there is none.  Lent; may be changed in place. */
unsigned char *volume_sim_bytes(struct volume_sim *sim, const char *name, size_t *size);
void volume_sim_truncate(struct volume_sim *sim, const char *name, size_t size);
