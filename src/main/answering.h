/* answering.h -- the door of `cutline answer`: letters in over HTTP, answers out with the receipt.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "answer/desk.h"
#include "api/http.h"
#include "partner/outbox.h"

struct answering;

struct answering_options {
    struct http_options http; /* address, port, certificate, clock, log */
    struct outbox *outbox;
    struct answer_desk *desk;
};

/* STATUS_REFUSED as http_open, `why` one sentence; STATUS_FULL. */
enum status answering_open(struct answering **out, const struct answering_options *options,
                           struct arena *boot, struct text *why);
uint16_t answering_port(const struct answering *answering);
/* No more letters; those at hand are answered. */
void answering_close(struct answering *answering);

/* What is done with letters of the kinds that a carrier takes: for outbox_options. */
struct answering_plug {
    struct answer_desk *desk;
    struct outbox *outbox; /* filled in when it is open */
    struct audit *audit;
    struct slice notices; /* folder; empty: none */
};
struct outbox_plug answering_plug_of(struct answering_plug *plug);
