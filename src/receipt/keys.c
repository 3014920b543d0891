/* keys.c -- a ring of keys in the order of their asking, a table to find them, a ring of answers.
 *
 *      slots:    oldest .................... newest      forgotten from the left
 *      table:    hash of the name -> slot                open addressing, closed up on removal
 *      answers:  bytes in a ring; who would be written over is forgotten
 *
 * Invariants:  1. A key that waits is never forgotten.
 *              2. What keys_recall() makes of an entry is what keys_answer() made of it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "receipt/keys.h"

#include "live/entry.h"

#include <pthread.h>

enum { ANSWERS_SIZE = 16 << 20, ENTRY_HEAD_SIZE = 1 + DIGEST_SIZE };

enum slot_state { SLOT_EMPTY, SLOT_WAITING, SLOT_ANSWERED };

struct slot {
    struct key key;
    enum slot_state state;
    uint32_t answer_size;
    uint64_t answer_at; /* in the endless row of answers */
    uint64_t first;
    moment at;
};

struct keys {
    pthread_mutex_t lock;
    int64_t time_ms;
    size_t room, table_mask;
    struct slot *slots;
    uint64_t oldest, next; /* slot of number n is slots[n % room] */
    uint32_t *table;       /* slot's index + 1; 0: empty */
    char *answers;
    uint64_t answers_next;
    struct keys_counts counts;
};

enum status keys_create(struct keys **out, size_t count_max, int64_t time_ms, struct arena *boot)
{
    struct keys *keys;
    size_t table = 64;
    while (table < 2 * count_max)
        table *= 2;
    TRY(ARENA_NEW(boot, 1, &keys));
    TRY(ARENA_NEW(boot, count_max, &keys->slots));
    TRY(ARENA_NEW(boot, table, &keys->table));
    TRY(ARENA_NEW(boot, ANSWERS_SIZE, &keys->answers));
    if (pthread_mutex_init(&keys->lock, NULL) != 0)
        return STATUS_FULL;
    keys->time_ms = time_ms;
    keys->room = count_max;
    keys->table_mask = table - 1;
    *out = keys;
    return STATUS_OK;
}

static void lock(struct keys *keys)
{
    must(pthread_mutex_lock(&keys->lock) == 0);
}

static void unlock(struct keys *keys)
{
    must(pthread_mutex_unlock(&keys->lock) == 0);
}

/* ---- the table ---- */

static size_t home_of(const struct keys *keys, const struct digest *name)
{
    uint64_t word;
    memcpy(&word, name->bytes, sizeof word); /* a digest is as good as a hash */
    return (size_t)word & keys->table_mask;
}

/* Where the name stands, or the empty place where it would. */
static size_t place_of(const struct keys *keys, const struct digest *name)
{
    size_t at = home_of(keys, name);
    while (keys->table[at] != 0 &&
           memcmp(&keys->slots[keys->table[at] - 1].key.name, name, sizeof *name) != 0)
        at = (at + 1) & keys->table_mask;
    return at;
}

static struct slot *find(const struct keys *keys, const struct digest *name)
{
    uint32_t index = keys->table[place_of(keys, name)];
    return index == 0 ? NULL : &keys->slots[index - 1];
}

/* Takes the place away, and closes up what was pushed on by it. */
static void table_remove(struct keys *keys, size_t hole)
{
    for (size_t at = (hole + 1) & keys->table_mask; keys->table[at] != 0;
         at = (at + 1) & keys->table_mask) {
        size_t home = home_of(keys, &keys->slots[keys->table[at] - 1].key.name);
        size_t way = (at - home) & keys->table_mask;
        if (way < ((at - hole) & keys->table_mask))
            continue;
        keys->table[hole] = keys->table[at];
        hole = at;
    }
    keys->table[hole] = 0;
}

static void slot_clear(struct keys *keys, struct slot *slot)
{
    if (slot->state == SLOT_EMPTY)
        return;
    table_remove(keys, place_of(keys, &slot->key.name));
    slot->state = SLOT_EMPTY;
    keys->counts.known--;
}

/* Forgets the oldest.  False: it waits, or there is none. */
static bool drop_oldest(struct keys *keys)
{
    struct slot *slot = &keys->slots[keys->oldest % keys->room];
    if (keys->oldest == keys->next || slot->state == SLOT_WAITING)
        return false;
    keys->counts.forgotten += slot->state == SLOT_ANSWERED;
    slot_clear(keys, slot);
    keys->oldest++;
    return true;
}

static void drop_expired(struct keys *keys, moment now)
{
    while (keys->oldest != keys->next) {
        struct slot *slot = &keys->slots[keys->oldest % keys->room];
        bool over = slot->state == SLOT_EMPTY ||
                    (slot->state == SLOT_ANSWERED && now.ms - slot->at.ms > keys->time_ms);
        if (!over)
            return;
        slot_clear(keys, slot);
        keys->oldest++;
    }
}

static struct slot *slot_add(struct keys *keys, const struct key *key)
{
    if (keys->next - keys->oldest == keys->room && !drop_oldest(keys))
        return NULL;
    size_t index = keys->next % keys->room;
    struct slot *slot = &keys->slots[index];
    *slot = (struct slot){.key = *key, .state = SLOT_WAITING};
    keys->table[place_of(keys, &key->name)] = (uint32_t)index + 1;
    keys->next++;
    keys->counts.known++;
    return slot;
}

/* ---- answers ---- */

/* Whether a slot's answer lies where the row will be written over up to `end`. */
static bool overrun(const struct slot *slot, uint64_t end)
{
    return slot->state == SLOT_ANSWERED && slot->answer_at + ANSWERS_SIZE < end;
}

static void answer_put(struct keys *keys, struct slot *slot, struct slice body)
{
    uint64_t at = keys->answers_next;
    if (at % ANSWERS_SIZE + body.size > ANSWERS_SIZE)
        at += ANSWERS_SIZE - at % ANSWERS_SIZE;
    uint64_t end = at + body.size;
    while (keys->oldest != keys->next && overrun(&keys->slots[keys->oldest % keys->room], end) &&
           drop_oldest(keys)) {
    }
    memcpy(keys->answers + at % ANSWERS_SIZE, body.at, body.size);
    slot->answer_at = at;
    slot->answer_size = (uint32_t)body.size;
    keys->answers_next = end;
}

static struct slice answer_of(const struct keys *keys, const struct slot *slot)
{
    return (struct slice){keys->answers + slot->answer_at % ANSWERS_SIZE, slot->answer_size};
}

static void settle(struct keys *keys, struct slot *slot, moment at, uint64_t first,
                   struct slice body)
{
    if (body.size > RECEIPT_BYTES_MAX) {
        keys->counts.forgotten++;
        slot_clear(keys, slot);
        return;
    }
    slot->state = SLOT_ANSWERED;
    slot->at = at;
    slot->first = first;
    answer_put(keys, slot, body);
}

/* ---- asked ---- */

enum status keys_ask(struct keys *keys, const struct key *key, moment now,
                     enum key_verdict *verdict, struct text *answer)
{
    enum status status = STATUS_OK;
    lock(keys);
    drop_expired(keys, now);
    const struct slot *slot = find(keys, &key->name);
    if (slot == NULL) {
        *verdict = KEY_NEW;
        if (slot_add(keys, key) == NULL)
            status = STATUS_FULL;
    } else if (memcmp(&slot->key.body, &key->body, sizeof key->body) != 0) {
        *verdict = KEY_OTHER;
    } else if (slot->state == SLOT_WAITING || overrun(slot, keys->answers_next)) {
        *verdict = KEY_WAITING;
    } else {
        *verdict = KEY_ANSWERED;
        text_add_answer(answer, slot->first, answer_of(keys, slot));
        keys->counts.answered_again++;
    }
    unlock(keys);
    return status;
}

void keys_answer(struct keys *keys, const struct key *key, moment now, uint64_t first,
                 struct slice body)
{
    lock(keys);
    struct slot *slot = find(keys, &key->name);
    must(slot != NULL); /* it was asked, and who waits is not forgotten */
    settle(keys, slot, now, first, body);
    unlock(keys);
}

void keys_forget(struct keys *keys, const struct key *key)
{
    lock(keys);
    struct slot *slot = find(keys, &key->name);
    if (slot != NULL && slot->state == SLOT_WAITING)
        slot_clear(keys, slot);
    unlock(keys);
}

void keys_count(struct keys *keys, struct keys_counts *out)
{
    lock(keys);
    *out = keys->counts;
    unlock(keys);
}

/* ---- the entry ---- */

void text_add_key_entry(struct text *text, const struct key *key, moment now, struct slice body)
{
    char hex[DIGEST_HEX_SIZE];
    digest_hex(&key->body, hex);
    text_add_char(text, ENTRY_KEY);
    text_add(text, (struct slice){(const char *)key->name.bytes, DIGEST_SIZE});
    text_addf(text, "{\"at\":%lld,\"body\":\"%s\",", (long long)now.ms, hex);
    text_add(text, body);
    text_add_char(text, '}');
}

/* Reads `word` from the front. */
static bool eat(struct slice *rest, const char *word)
{
    if (!slice_starts(*rest, slice_of(word)))
        return false;
    rest->at += strlen(word);
    rest->size -= strlen(word);
    return true;
}

static bool eat_number(struct slice *rest, uint64_t *out)
{
    size_t size = 0;
    uint64_t number = 0;
    while (size < rest->size && size < 18 && rest->at[size] >= '0' && rest->at[size] <= '9')
        number = number * 10 + (uint64_t)(rest->at[size++] - '0');
    rest->at += size;
    rest->size -= size;
    *out = number;
    return size != 0;
}

static uint64_t accepted_of(struct slice body)
{
    uint64_t accepted = 0;
    must(eat(&body, "\"accepted\":"));
    must(eat_number(&body, &accepted));
    return accepted;
}

void text_add_answer(struct text *text, uint64_t first, struct slice body)
{
    uint64_t accepted = accepted_of(body);
    text_add_char(text, '{');
    if (accepted != 0)
        text_addf(text, "\"first\":%llu,\"last\":%llu,", (unsigned long long)first,
                  (unsigned long long)(first + accepted - 1));
    text_add(text, body);
    text_add_char(text, '}');
}

static int nibble(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool eat_digest(struct slice *rest, struct digest *out)
{
    if (rest->size < 2 * DIGEST_SIZE)
        return false;
    for (size_t i = 0; i < DIGEST_SIZE; i++) {
        int high = nibble(rest->at[2 * i]);
        int low = nibble(rest->at[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        out->bytes[i] = (unsigned char)(high << 4 | low);
    }
    rest->at += 2 * DIGEST_SIZE;
    rest->size -= 2 * DIGEST_SIZE;
    return true;
}

static enum status read_entry(struct slice entry, struct key *key, moment *at, uint64_t *accepted,
                              struct slice *body)
{
    struct slice rest = {entry.at + ENTRY_HEAD_SIZE, entry.size - ENTRY_HEAD_SIZE};
    uint64_t ms;
    memcpy(key->name.bytes, entry.at + 1, DIGEST_SIZE);
    if (!eat(&rest, "{\"at\":") || !eat_number(&rest, &ms) || !eat(&rest, ",\"body\":\"") ||
        !eat_digest(&rest, &key->body) || !eat(&rest, "\",") || rest.size == 0 ||
        rest.at[rest.size - 1] != '}')
        return STATUS_MALFORMED;
    rest.size--;
    *body = rest;
    *at = (moment){(int64_t)ms};
    return eat(&rest, "\"accepted\":") && eat_number(&rest, accepted) ? STATUS_OK
                                                                      : STATUS_MALFORMED;
}

enum status keys_recall(struct keys *keys, struct slice entry, uint64_t sequence)
{
    struct key key;
    moment at;
    uint64_t accepted;
    struct slice body;
    if (entry.size <= ENTRY_HEAD_SIZE || entry.at[0] != ENTRY_KEY)
        return STATUS_MALFORMED;
    TRY(read_entry(entry, &key, &at, &accepted, &body));
    if (accepted >= sequence)
        return STATUS_MALFORMED; /* its records would stand before the first entry */
    lock(keys);
    if (find(keys, &key.name) == NULL) {
        struct slot *slot = slot_add(keys, &key);
        if (slot != NULL)
            settle(keys, slot, at, sequence - accepted, body);
    }
    unlock(keys);
    return STATUS_OK;
}

enum status keys_tell(struct keys *keys,
                      enum status (*take)(void *self, struct slice entry, uint64_t sequence),
                      void *self)
{
    static _Thread_local char bytes[RECEIPT_BYTES_MAX + 256];
    enum status status = STATUS_OK;
    lock(keys);
    for (uint64_t n = keys->oldest; status == STATUS_OK && n != keys->next; n++) {
        const struct slot *slot = &keys->slots[n % keys->room];
        if (slot->state != SLOT_ANSWERED || overrun(slot, keys->answers_next))
            continue;
        struct text text = text_over(bytes, sizeof bytes);
        struct slice body = answer_of(keys, slot);
        text_add_key_entry(&text, &slot->key, slot->at, body);
        status = take(self, text_slice(&text), slot->first + accepted_of(body));
    }
    unlock(keys);
    return status;
}
