/* entry.c -- entries to bytes and back; no more than a first byte in front of what others wrote.
 *
 * Invariants:  1. What entry_of_… made, entry_read takes apart into the same.
 *              2. A type that this program does not know is MALFORMED: to pass over what was
 *                 acknowledged would be to lose it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "live/entry.h"

static uint64_t get(const char *at)
{
    uint64_t number = 0;
    for (unsigned i = 0; i < 8; i++)
        number |= (uint64_t)(unsigned char)at[i] << (8 * i);
    return number;
}

static void put(char *at, uint64_t number)
{
    for (unsigned i = 0; i < 8; i++)
        at[i] = (char)(number >> (8 * i));
}

static void change_read(const char *at, struct entry_change *out)
{
    memcpy(out->image.bytes, at, DIGEST_SIZE);
    memcpy(out->was.bytes, at + DIGEST_SIZE, DIGEST_SIZE);
    out->base = get(at + 2 * DIGEST_SIZE);
    out->version = get(at + 2 * DIGEST_SIZE + 8);
}

enum status entry_read(struct slice bytes, struct entry *out)
{
    if (bytes.size == 0)
        return STATUS_MALFORMED;
    struct entry entry = {.type = (enum entry_type)bytes.at[0],
                          .body = {bytes.at + 1, bytes.size - 1},
                          .time = MOMENT_NONE};
    switch (entry.type) {
    case ENTRY_HEARTBEAT:
        if (bytes.size != ENTRY_HEARTBEAT_SIZE)
            return STATUS_MALFORMED;
        entry.time.ms = (int64_t)get(entry.body.at);
        break;
    case ENTRY_KEY:
        if (entry.body.size < DIGEST_SIZE)
            return STATUS_MALFORMED;
        memcpy(entry.digest.bytes, entry.body.at, DIGEST_SIZE);
        entry.body.at += DIGEST_SIZE;
        entry.body.size -= DIGEST_SIZE;
        break;
    case ENTRY_RULES:
        if (bytes.size != ENTRY_CHANGE_SIZE)
            return STATUS_MALFORMED;
        change_read(entry.body.at, &entry.change);
        break;
    case ENTRY_RECORD:
    case ENTRY_DECISION:
    case ENTRY_TAIL:
        break;
    default:
        return STATUS_MALFORMED;
    }
    *out = entry;
    return STATUS_OK;
}

enum status entry_record(const struct entry *entry, uint64_t position, struct arena *scratch,
                         struct record *out)
{
    must(entry->type == ENTRY_RECORD);
    TRY(wire_decode(entry->body, scratch, out));
    out->position = position_of(0, position);
    return STATUS_OK;
}

static enum status entry_make(enum entry_type type, size_t size, struct arena *arena, char **out)
{
    char *at;
    TRY(ARENA_NEW(arena, 1 + size, &at));
    *at = (char)type;
    *out = at;
    return STATUS_OK;
}

enum status entry_of_record(const struct record *record, struct arena *arena, struct slice *out)
{
    char *at;
    TRY(entry_make(ENTRY_RECORD, wire_room(record), arena, &at));
    *out = (struct slice){at, 1 + wire_encode(record, (unsigned char *)at + 1)};
    return STATUS_OK;
}

void entry_heartbeat_write(moment time, char into[ENTRY_HEARTBEAT_SIZE])
{
    into[0] = ENTRY_HEARTBEAT;
    put(into + 1, (uint64_t)time.ms);
}

void entry_change_write(const struct entry_change *change, char into[ENTRY_CHANGE_SIZE])
{
    into[0] = ENTRY_RULES;
    memcpy(into + 1, change->image.bytes, DIGEST_SIZE);
    memcpy(into + 1 + DIGEST_SIZE, change->was.bytes, DIGEST_SIZE);
    put(into + 1 + 2 * DIGEST_SIZE, change->base);
    put(into + 1 + 2 * DIGEST_SIZE + 8, change->version);
}

enum status entry_of_heartbeat(moment time, struct arena *arena, struct slice *out)
{
    char *at;
    TRY(ARENA_NEW(arena, ENTRY_HEARTBEAT_SIZE, &at));
    entry_heartbeat_write(time, at);
    *out = (struct slice){at, ENTRY_HEARTBEAT_SIZE};
    return STATUS_OK;
}

enum status entry_of_key(const struct digest *digest, struct slice answer, struct arena *arena,
                         struct slice *out)
{
    char *at;
    TRY(entry_make(ENTRY_KEY, DIGEST_SIZE + answer.size, arena, &at));
    memcpy(at + 1, digest->bytes, DIGEST_SIZE);
    if (answer.size > 0)
        memcpy(at + 1 + DIGEST_SIZE, answer.at, answer.size);
    *out = (struct slice){at, 1 + DIGEST_SIZE + answer.size};
    return STATUS_OK;
}

enum status entry_of_json(enum entry_type type, struct slice json, struct arena *arena,
                          struct slice *out)
{
    must(type == ENTRY_DECISION || type == ENTRY_TAIL);
    char *at;
    TRY(entry_make(type, json.size, arena, &at));
    if (json.size > 0)
        memcpy(at + 1, json.at, json.size);
    *out = (struct slice){at, 1 + json.size};
    return STATUS_OK;
}
