/* delivery.h -- records that somebody hands over, on their way to being acknowledged.
 *
 *      body or file ──> intake ──> record/wire ──> entries of one offer ──> live
 *
 * A delivery is read whole, offered as one frame, and settled once.  Of every record that was read
 * one of three things is true in the end, and each is counted: accepted (durable), rejected (with a
 * reason), or refused (could not be taken now; come again). */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "intake/intake.h"
#include "live/live.h"

struct deliveries; /* a pool of them */

struct deliveries_options {
    struct intake_options intake; /* kind and mapping are said with each delivery */
    unsigned count_max;           /* deliveries at once */
    size_t body_size_max;         /* as sent, and unpacked */
    uint64_t bytes_max;           /* of the bodies of all deliveries at once */
};

struct delivery {
    struct offer offer; /* the entries, once it was read; `done` is the caller's */
    uint64_t read, accepted, rejected;
    struct slice rejects; /* of the first REJECTS_TOLD_MAX: JSON objects with commas between */
    struct arena *arena;  /* for the life of the delivery */
    void *owner;          /* the caller's */
    bool starved; /* it could not be read because the system has no memory, whatever its size */
};

struct deliveries_counts {
    /* offered = accepted + rejected + refused + waiting, of records */
    uint64_t offered, accepted, rejected, refused, waiting;
    uint64_t by_reason[REJECTS_COUNT];
    uint64_t by_kind[RECORD_KINDS_COUNT];
    uint64_t turned_away; /* deliveries that were not even read */
    uint64_t at_once;     /* deliveries now */
};

enum status deliveries_create(struct deliveries **out, const struct deliveries_options *options,
                              struct arena *boot);
/* A delivery whose body has so many bytes.  STATUS_FULL: too many are being worked on.  Any thread;
 * so is all below, for each delivery one at a time. */
enum status delivery_take(struct deliveries *deliveries, size_t body_size, struct delivery **out);
/* Reads the body: plain, gzip or zstd, CSV, JSON lines or XML, of this kind (empty: the rows or the
 * header tell), through the mapping (NULL: canonical).  STATUS_MALFORMED, STATUS_ABSENT (empty),
 * STATUS_REFUSED (no such kind): `why` says it; STATUS_FULL: it unpacks to too much, or it is more
 * than one frame. After a failure nothing of it counts as offered. */
enum status delivery_read(struct delivery *delivery, const char *name, struct slice body,
                          struct slice kind, const struct mapping *mapping,
                          struct text why[TONGUES_COUNT]);
/* One more entry behind the records; the bytes are lent until it was settled.  STATUS_FULL. */
enum status delivery_add(struct delivery *delivery, struct slice entry);
/* How it ended: OK: its records are durable; else they are refused. */
void delivery_settle(struct delivery *delivery, enum status status);
void delivery_give_back(struct delivery *delivery);
/* Room for more: deliveries and bytes of bodies that would be taken now; `*under_way`: bytes of
 * those that are being worked on. */
void deliveries_room(struct deliveries *deliveries, unsigned *count, uint64_t *bytes,
                     uint64_t *under_way);
/* One more that was not even read. */
void deliveries_turned_away(struct deliveries *deliveries);
void deliveries_count(struct deliveries *deliveries, struct deliveries_counts *out);
/* When no delivery is out any more. */
void deliveries_destroy(struct deliveries *deliveries);
