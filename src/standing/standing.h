/* standing.h -- what stands against somebody now: the register that executors ask.
 *
 *     sanction ─(enter, leave: in its transaction)─> rows and deltas ─> follow ─> index in memory
 *     executor: may this person open, transfer, keep? ─> index ─> judge ─> answer, receipt
 *               these are my customers (keyed hashes)  ─> matched when somebody enters, and at once
 *               what changed since version 17?         ─> signed delta, for answers without a
 *               and all of it?                         ─> signed head and parts       line
 *
 * Invariants:  1. No identifier lies in the register: a person is 16 bytes of a keyed hash, a
 *                 kept card eight.
 *              2. Reading takes no lock and waits for nobody; an entry is there whole or not at
  * all.
 *              3. An entry is over at its own end, whoever forgot to remove it.
 *              4. Money that comes in and business at a counter are never refused, whatever a
  * pack says.
 *              5. Every check leaves a row with a number (book.h), whatever receipt was wanted.
 *              6. A receipt proves who asked what, when, which version, and what was answered;
 *                 changing a byte of it, or of the answer, is found without asking anybody.
 *
 * Not chosen: a filter that may say yes wrongly (a person would be refused an account by chance); a
 * second hash under a key of the house (executors hold the join key in either case,
 * docs/sanction.md). */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "audit/audit.h"
#include "ground/clock.h"
#include "ground/secret.h"
#include "law/law.h"

enum {
    STANDING_KEY_SIZE = 16,
    STANDING_ITEM_SIZE = 24,
    STANDING_FOUND_MAX = 16, /* determinations of one person that are told apart */
    STANDING_PACKS_MAX = 32,
    STANDING_LAWS_MAX = UINT8_MAX, /* packs that were ever in force since the start */
    STANDING_MIGRATIONS_COUNT = 3,
    STANDING_BOOK_ROWS_MAX = 131072, /* that wait for their seal: two seconds of 65,000 each */
    STANDING_CHECKS_MAX = 1000,      /* of one person, shown at once */
    /* Of one part of an export: some 7 MB, below the memory of a request. */
    STANDING_PART_NUMBERS_MAX = 65536,
    /* Of one delta: some 4 MB; whoever is further behind asks again from there. */
    STANDING_DELTA_CHANGES_MAX = 32768,
    /* A part is signed for a head of at most that age; whoever comes later begins anew. */
    STANDING_HEAD_AGE_MS_MAX = 86400000,
};
extern const struct store_migration STANDING_MIGRATIONS[STANDING_MIGRATIONS_COUNT];

struct standing_key {
    unsigned char bytes[STANDING_KEY_SIZE];
};
/* The name of an identity document under the join key, blanks and case aside. */
struct standing_key standing_key_of(const struct secret *join, struct slice document);
/* The name of a phone card. */
uint64_t standing_card_of(const struct secret *join, struct slice phone);
/* 32 hex digits. */
bool standing_key_read(struct slice hex, struct standing_key *out);
/* The same person under the key of one executor's exports. */
struct standing_key standing_key_for(const struct secret *export_key, struct standing_key key);
/* Nobody's name under both keys: what tells keys of one copy from those of another. */
struct standing_key standing_under(const struct secret *export_key, const struct secret *join);
/* Keys that are derived from the house's one. */
struct secret standing_join_key(const struct secret *master);
struct secret standing_export_key(const struct secret *join, struct slice organisation);

/* ---- one entry ---- */

struct standing_entry {
    struct standing_key key;
    uint64_t card;           /* that is kept; 0: none was chosen */
    int64_t from_s, until_s; /* seconds since 1970 */
    uint32_t number;         /* of the item, in the order of their first coming */
    uint32_t dropped;        /* things that were taken back, bits of standing_thing_bit() */
    uint8_t pack;            /* index of standing_packs */
    bool criminal, suspended;
};
/* The bit of a thing of law packs; 0: no thing. */
uint32_t standing_thing_bit(enum law_code thing);

/* ---- the index ---- */

struct standing_index;

/* Room for so many at first; it grows.  STATUS_FULL: no memory. */
enum status standing_index_create(struct standing_index **out, uint32_t entries,
                                  struct arena *boot);
void standing_index_destroy(struct standing_index *index);
/* One writer at a time.  An item that is there already is replaced.  STATUS_FULL. */
enum status standing_put(struct standing_index *index, const struct standing_entry *entry);
void standing_drop(struct standing_index *index, struct standing_key key, uint32_t number);
/* Those of this person that run at `now_s`, at most STANDING_FOUND_MAX; from any thread. */
unsigned standing_find(const struct standing_index *index, struct standing_key key, int64_t now_s,
                       struct standing_entry *out);
/* Whether anything runs, for many: bit i of `hits`. */
void standing_find_many(const struct standing_index *index, const struct standing_key *keys,
                        size_t count, int64_t now_s, bool *hits);
uint64_t standing_count(const struct standing_index *index);
size_t standing_bytes(const struct standing_index *index);

/* ---- the judge ---- */

enum standing_act { STANDING_open, STANDING_transfer, STANDING_keep };

struct standing_question {
    enum standing_act act;
    enum law_code object;   /* a thing */
    bool incoming, counter; /* of a transfer */
    enum law_code purpose;  /* the exception that is claimed (agreed_tax …); LAW_CODE_NONE */
    uint64_t card;          /* of a phone card; 0: unsaid */
    const enum law_code *executor; /* as whom it is asked: nothing else is told */
    unsigned executors_count;      /* 0: by the house, which is told everything */
};
#define STANDING_NOTHING_CLAIMED LAW_CODES_COUNT

struct standing_verdict {
    bool stands; /* something concerns the question */
    bool may;
    bool floor;                        /* never refused by Cutline, whatever the pack says */
    enum law_code exception;           /* by which it may, LAW_CODES_COUNT: none */
    const struct law_measure *measure; /* that it is about; NULL: nothing stands */
    const struct law_pack *pack;
    int64_t until_s;
};
/* What the pack says about one entry. */
void standing_judge(const struct law_pack *pack, const struct standing_entry *entry,
                    const struct standing_question *question, struct standing_verdict *out);
/* The question as words: open|transfer|keep, a thing, "counter", "in" … STATUS_MALFORMED. */
enum status standing_question_read(struct slice act, struct slice object, struct slice way,
                                   struct slice purpose, struct standing_question *out);

/* ---- the register, in tables ---- */

struct standing;

struct standing_options {
    struct store *store;    /* the writer */
    const char *store_path; /* for a reader of its own */
    const char *book_path;  /* where rows of checks wait for their seal; NULL: in memory */
    const struct law *law;
    struct secret join;
    struct clock clock;
    int32_t zone_minutes;
    struct slice origin; /* name of the key */
    const struct seal_keypair *seal;
};
/* Loads what stands.  STATUS_REFUSED: an entry's pack is not here, or another one; `why`. */
enum status standing_open(struct standing **out, const struct standing_options *options,
                          struct arena *boot, struct text *why);
void standing_close(struct standing *standing);
/* Packs that are in force from now on, beside those of before, under which entries still stand.
 * Lent for good.  One thread at a time, while others ask.  STATUS_FULL: too many. */
enum status standing_law(struct standing *standing, const struct law *law);
/* What was committed since, into the index; cheap if nothing was. */
enum status standing_follow(struct standing *standing);

struct standing_change {
    struct slice item, document;
    bool criminal, suspended;
    const struct law_pack *pack;
    law_date from, last;
    struct slice kept_card, dropped;
};
/* In the caller's transaction; the index follows after the commit. */
enum status standing_enter(struct standing *standing, const struct standing_change *change,
                           struct arena *request);
enum status standing_leave(struct standing *standing, struct slice item, struct arena *request);

/* What is over: its person and card go out of the table and out of every delta, whose chain stays
 * as it was written down.  Nothing happens to what stands. */
enum status standing_forget(struct standing *standing, struct slice item, struct arena *request);

/* The key under which persons are named. */
struct secret standing_join_of(const struct standing *standing);
uint64_t standing_size(const struct standing *standing); /* entries */
/* Version of the register as the index has it, and the chain up to it. */
uint64_t standing_version(const struct standing *standing, struct digest *chain);

/* ---- customers ---- */

/* Adds keys of an executor's customers; in the caller's transaction. */
enum status standing_customers_add(struct standing *standing, struct slice organisation,
                                   const struct standing_key *keys, size_t count);
enum status standing_customers_forget(struct standing *standing, struct slice organisation);
/* Organisations of which this person is a customer. */
enum status standing_customers_of(struct standing *standing, struct slice document,
                                  char (*out)[STANDING_ITEM_SIZE], size_t count_max, size_t *count);
/* Items that stand against these customers, for whoever tells the executor; from the index. */
enum status standing_items_of(struct standing *standing, const struct standing_key *keys,
                              size_t keys_count, char (*out)[STANDING_ITEM_SIZE], size_t count_max,
                              size_t *count, struct arena *request);

/* ---- asking ---- */

struct standing_asking {
    struct slice asker; /* organisation */
    struct slice who;   /* of it: user, or token of a service */
    struct standing_key key;
    struct standing_question question;
};
enum standing_receipt {
    STANDING_SIGNED,  /* a signature with the answer */
    STANDING_COUNTED, /* a number with the answer, the signature of its group within a second */
};
/* The answer as JSON, with its receipt, and its row in the book; from any thread, waiting for
 * nothing.  STATUS_FULL: too many checks wait for their seal, nothing is answered. */
enum status text_add_standing_answer(struct text *text, const struct standing *standing,
                                     const struct standing_asking *asking,
                                     enum standing_receipt receipt, moment now);
/* The row of an answer that was worded elsewhere.  STATUS_FULL. */
enum status standing_note(const struct standing *standing, const struct standing_asking *asking,
                          struct slice answer, moment now);
/* The verdict alone, as it stands in an answer. */
void text_add_standing_verdict(struct text *text, const struct standing *standing,
                               const struct standing_verdict *verdict, struct standing_key key);
/* NDJSON in, NDJSON out: a line for each that something stands against, then one line with receipt.
 * STATUS_MALFORMED: `*line` is the first that cannot be read; STATUS_FULL: more than fits. */
enum status standing_batch(const struct standing *standing, struct slice asker,
                           const struct standing_question *question, struct slice lines, moment now,
                           struct arena *request, struct text *out, uint64_t *line);
/* Lines of such bodies, and the `hash` of one; false: the end, or it has none. */
bool standing_line_next(struct slice *rest, struct slice *line);
bool standing_line_hash(struct slice line, struct slice *out);
/* What stands; false: nothing that concerns the question. */
bool standing_concerns(const struct standing *standing, const struct standing_asking *asking,
                       moment now, struct standing_verdict *out);

/* ---- the book of checks ---- */

/* Rows that wait for their seal. */
uint64_t standing_unsealed(const struct standing *standing);
/* Seals them, in the caller's transaction, with an entry of the audit log for each asker; `*sealed`
 * goes to standing_sealed() after the commit.  Of one thread. */
enum status standing_seal(const struct standing *standing, struct audit *audit,
                          struct arena *scratch, uint64_t *sealed);
void standing_sealed(const struct standing *standing, uint64_t count);
/* What proves the asker's check of that number, as JSON.  STATUS_ABSENT: not sealed yet, gone, or
 * somebody else's. */
enum status standing_proof(struct store *reader, struct slice asker, uint64_t number,
                           struct arena *request, struct text *out);
/* Who checked this person in that time, as JSON objects, at most STANDING_CHECKS_MAX. */
enum status standing_checks_of(struct store *reader, struct standing_key key, moment from,
                               moment to, struct text *out, uint64_t *count);

/* ---- receipts, without any register ---- */

/* clang-format off */
enum receipt_fault {
#define RECEIPT_FAULT(name, en, zh) RECEIPT_FAULT_##name,
#include "standing/receipt_faults.inc"
#undef RECEIPT_FAULT
};
/* clang-format on */
const struct saying *receipt_fault_says(enum receipt_fault fault);

struct receipt_facts {
    struct slice asker, time;
    uint64_t version, asked;
};
/* `answer`: what was answered to one question, or to a batch (then `asked` is the batch's body, and
 * `join` names the persons in it).  Says what fits and what does not. */
enum receipt_fault receipt_verify(struct slice answer, struct slice asked,
                                  const struct secret *join, const char *vkey,
                                  struct arena *scratch, struct receipt_facts *out);

/* The same of one answer whose receipt is counted, by the proof of its number. */
enum receipt_fault receipt_verify_counted(struct slice answer, struct slice proof, const char *vkey,
                                          struct arena *scratch, struct receipt_facts *out);

/* ---- deltas ---- */

/* What changed in (since, now], or of that the first STANDING_DELTA_CHANGES_MAX, for one executor,
 * signed; as text.  From version 0: all that stands.  STATUS_ABSENT: no such version;
 * STATUS_FULL. */
enum status standing_export(struct standing *standing, struct store *reader,
                            struct slice organisation, uint64_t since, struct arena *request,
                            struct text *out);
/* All that stands now, in parts of so many numbers: the signed head that tells of them. */
enum status standing_export_head(struct standing *standing, struct store *reader,
                                 struct slice organisation, uint64_t numbers, struct text *out);
/* A part of it, from 1: as it was when the head was made, however late it is asked for.
 * STATUS_REFUSED: no head of this house for this organisation, or a day old, or of a history that
 * is not here; STATUS_ABSENT: no such part; STATUS_FULL. */
enum status standing_export_part(struct standing *standing, struct store *reader,
                                 struct slice organisation, struct slice head, uint64_t part,
                                 struct arena *request, struct text *out);
