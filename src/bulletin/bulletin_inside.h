/* bulletin_inside.h -- what the files of this room share: the buffers, the keeper, the outlets. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "bulletin/bulletin.h"
#include "ground/limits.h"

#include <pthread.h>
#include <stdatomic.h>

/* An alert that waits for the keeper: this, then its texts in the order of the sizes. */
enum pending_text {
    PENDING_ID,
    PENDING_IMAGE,
    PENDING_TYPOLOGY,
    PENDING_RULE,
    PENDING_KIND,
    PENDING_SUBJECT,
    PENDING_RESPOND,
    PENDING_WORDS,
    PENDING_MASKED,
    PENDING_UNMASKED,
    PENDING_TEXTS
};

struct pending {
    size_t size; /* with its texts and padding */
    uint64_t position;
    int64_t time_ms;
    double score;
    int grade;
    bool first, shadow;
    uint32_t texts[PENDING_TEXTS];
};

struct buffer {
    char *bytes;
    size_t size;
    uint64_t reached; /* what was below when it was handed to the keeper */
};

struct source {
    struct bulletin *bulletin;
    struct digest image;
    bool shadow;
    char *masked, *unmasked, *words; /* room to write them in */
};

/* One receiver, with a thread of its own. */
struct outlet {
    struct bulletin *bulletin;
    const struct bulletin_webhook *webhook; /* NULL: the file */
    char name[DIGEST_HEX_SIZE];             /* by which the store knows how far it came */
    struct filter *filter;
    struct store *reader;
    struct arena *scratch;
    pthread_t thread;
    bool runs;
    _Atomic uint64_t number; /* sent up to here */
    uint64_t offset;         /* of the file: durable up to here */
    _Atomic unsigned failures;
    struct volume_file file;
    bool file_open;
};

/* An alert's id and what it says unmasked. */
enum { SEALING_PLAIN_MAX = ALERT_BYTES_MAX + ALERT_ID_SIZE + 2 };

struct bulletin {
    struct bulletin_options options;
    char *plain;           /* SEALING_PLAIN_MAX, the keeper's */
    unsigned char *sealed; /* … sealed */
    size_t room;           /* bytes of one buffer */
    pthread_mutex_t lock;
    pthread_cond_t filled, emptied, grown;
    struct buffer buffer[2];
    unsigned active; /* the one that is being filled */
    bool keeping;    /* the other one is being written */
    bool closing, failed;
    uint64_t reached, kept;
    uint64_t newest; /* number of the newest row */
    uint64_t rows, doubles, shadows;
    pthread_t keeper;
    _Atomic uint64_t posted, post_failures, filed;
    unsigned outlets_count;
    struct outlet outlet[WEBHOOKS_MAX + 1];
};

/* On the keeper's thread; lent until the next one. */
enum status sealing_write(struct bulletin *bulletin, struct slice id, struct slice unmasked,
                          struct slice *out);
/* Before there is a keeper: rows that are not sealed yet. */
enum status sealing_finish(struct bulletin *bulletin, struct text *why);
/* One more alert of its day, in the transaction that keeps it. */
struct tally_row {
    int64_t day;
    uint64_t number;
    bool shadow, first;
    struct slice rule, typology;
    int grade;
};
enum status tally_add(struct store *store, const struct tally_row *row);
/* Whether somebody but `actor` holds it now. */
bool alert_held_by_other(const struct alert_row *row, struct slice actor, moment now);
/* Before there is a keeper: alerts of before there was a tally, on the days of their records. */
enum status tally_finish(struct bulletin *bulletin);
/* Waits for room.  STATUS_IO: the keeper has failed. */
enum status pending_put(struct bulletin *bulletin, struct pending head,
                        const struct slice texts[PENDING_TEXTS]);
void bulletin_lock(struct bulletin *bulletin);
void bulletin_unlock(struct bulletin *bulletin);
/* Waits on `cond` for at most so long. */
void bulletin_pause(struct bulletin *bulletin, pthread_cond_t *cond, int64_t patience_ms);
/* Threads of the outlets; `why` as bulletin_open. */
enum status outlets_start(struct bulletin *bulletin, struct arena *boot, struct text *why);
void outlets_stop(struct bulletin *bulletin);
/* In a transaction of its own: how far the outlet came. */
enum status outlet_note(struct outlet *outlet);
enum status file_outlet_open(struct outlet *outlet);
/* Appends what is new, syncs, notes. */
enum status file_outlet_step(struct outlet *outlet);
enum status webhook_outlet_step(struct outlet *outlet);
int64_t webhook_wait_ms(unsigned failures);
