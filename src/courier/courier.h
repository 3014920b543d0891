/* courier.h -- the seam to receivers of webhooks: one letter, handed over or not. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/text.h"

struct courier_letter {
    const char *url;
    const char *signature; /* the value of Cutline-Signature */
    const char *id;        /* the value of Cutline-Delivery */
    struct slice body;     /* JSON */
};

struct courier {
    /* Hands the letter over and waits for the answer; at most some seconds.  `*http_status`: what
     * was answered.  STATUS_IO: nobody answered. */
    enum status (*post)(void *self, const struct courier_letter *letter, int *http_status);
    void *self;
};

/* The one that goes over the network: to the very address, without proxy, redirect or cookie. */
struct courier courier_of_network(void);

/* For the program as a client of a service: one connection, asked again and again. */
struct courier_line {
    void *line; /* the library's; NULL: not open */
};

struct courier_errand {
    const char *url;
    const char *header[4]; /* "Name: value"; NULL: no more */
    bool post;             /* else GET */
    struct slice body;
    struct text *answer; /* what was answered, cut to its room */
    struct text *cookie; /* NULL, or what was set of the first cookie: name=value */
    int http_status;
    int64_t wait_s;     /* of Retry-After; 0: unsaid */
    int64_t patience_s; /* for all of it; 0: a minute */
};

/* STATUS_IO: nobody answered. */
enum status courier_go(struct courier_line *line, struct courier_errand *errand);
void courier_hang_up(struct courier_line *line);
