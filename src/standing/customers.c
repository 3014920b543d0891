/* customers.c -- whose customer somebody is, by keys alone: who must be told, and nobody else. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "standing/register.h"

enum status standing_customers_add(struct standing *standing, struct slice organisation,
                                   const struct standing_key *keys, size_t count)
{
    static const char ADD[] =
        "INSERT INTO standing_customer (key, organisation) VALUES (?1, ?2) ON "
        "CONFLICT (key, organisation) DO NOTHING";
    for (size_t i = 0; i < count; i++) {
        const struct store_value values[] = {
            STORE_OF_BYTES(((struct slice){(const char *)keys[i].bytes, STANDING_KEY_SIZE})),
            STORE_OF_TEXT(organisation)};
        TRY(store_run(standing->options.store, ADD, values, 2));
    }
    return STATUS_OK;
}

enum status standing_customers_forget(struct standing *standing, struct slice organisation)
{
    static const char FORGET[] = "DELETE FROM standing_customer WHERE organisation = ?1";
    const struct store_value value = STORE_OF_TEXT(organisation);
    return store_run(standing->options.store, FORGET, &value, 1);
}

enum status standing_customers_of(struct standing *standing, struct slice document,
                                  char (*out)[STANDING_ITEM_SIZE], size_t count_max, size_t *count)
{
    static const char LIST[] =
        "SELECT organisation FROM standing_customer WHERE key = ?1 ORDER BY organisation";
    struct standing_key key = standing_key_of(&standing->options.join, document);
    const struct store_value value =
        STORE_OF_BYTES(((struct slice){(const char *)key.bytes, STANDING_KEY_SIZE}));
    struct store_rows *rows = NULL;
    struct store_value at[1];
    enum status status = STATUS_OK;
    *count = 0;
    TRY(store_query(standing->options.store, LIST, &value, 1, &rows));
    while (*count < count_max && (status = store_next(rows, at, 1)) == STATUS_OK) {
        struct text id = text_over(out[(*count)++], STANDING_ITEM_SIZE);
        text_add(&id, at[0].bytes);
    }
    store_end(rows);
    return status == STATUS_OK || status == STATUS_END ? STATUS_OK : status;
}

enum status standing_items_of(struct standing *standing, const struct standing_key *keys,
                              size_t keys_count, char (*out)[STANDING_ITEM_SIZE], size_t count_max,
                              size_t *count, struct arena *request)
{
    static const char ITEM[] = "SELECT item FROM standing_entry WHERE number = ?1";
    int64_t now_s = standing->options.clock.now(standing->options.clock.self).ms / SECOND_MS;
    struct standing_entry entry[STANDING_FOUND_MAX];
    *count = 0;
    for (size_t i = 0; i < keys_count; i++) {
        unsigned found = standing_find(standing->index, keys[i], now_s, entry);
        for (unsigned e = 0; e < found; e++) {
            const struct store_value number = STORE_OF_WHOLE(entry[e].number);
            struct store_value at[1];
            if (*count == count_max)
                return STATUS_FULL;
            TRY(store_one(standing->options.store, ITEM, &number, 1, at, 1, request));
            struct text id = text_over(out[(*count)++], STANDING_ITEM_SIZE);
            text_add(&id, at[0].bytes);
        }
    }
    return STATUS_OK;
}
