/* demo_feed.c -- the day, handed in: at once what was, then fast, and as it comes when it is now.
 *
 * A row goes when its own time of today is not later than now, nor later than the replay has come:
 * speed times the span since it began, behind a beginning that lies `lag` back. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "demo.h"

enum { ROWS_AT_ONCE = 2000, TURN_MS = 200, TRY_AGAIN_MS = 500, HISTORY_MS = 2 * HOUR_MS };

/* Files that say who and where, without a time. */
static const enum city_file REGISTERS[] = {CITY_FILE_regions, CITY_FILE_cells, CITY_FILE_lists,
                                           CITY_FILE_persons};

int64_t demo_reached_ms(const struct demo *demo)
{
    const struct town *town = &demo->town;
    int64_t now = demo->clock.now(demo->clock.self).ms;
    int64_t replayed = town->began_ms - town->lag_ms + (now - town->began_ms) * demo->wish.speed;
    return (replayed < now ? replayed : now) - town->shift_ms;
}

/* Until it is taken, or the demo is over. */
static void hand_in(struct demo *demo, struct demo_client *client, struct text *rows)
{
    while (rows->size > 0 && !demo_over(demo)) {
        client->body = text_over(client->body.at, DEMO_BODY_MAX);
        text_add(&client->body, text_slice(rows));
        if (demo_post(client, "/v1/records", NULL) == STATUS_OK)
            break;
        demo_rest(demo, TRY_AGAIN_MS);
    }
    *rows = text_over(rows->at, DEMO_BODY_MAX);
}

static void hand_in_registers(struct demo *demo, struct demo_client *client, struct text *rows)
{
    for (size_t i = 0; i < sizeof REGISTERS / sizeof REGISTERS[0]; i++) {
        struct slice rest = demo->town.text[REGISTERS[i]], line;
        unsigned count = 0;
        while (town_line(&rest, &line)) {
            if (count++ > 0) /* the first is the header */
                town_add_json(rows, &demo->town, REGISTERS[i], line);
            if (count % ROWS_AT_ONCE == 0)
                hand_in(demo, client, rows);
        }
        hand_in(demo, client, rows);
    }
}

/* The rows that have arrived since; the number of the next one. */
static size_t hand_in_arrived(struct demo *demo, struct demo_client *client, struct text *rows,
                              size_t at)
{
    const struct town *town = &demo->town;
    int64_t reached = demo_reached_ms(demo);
    unsigned count = 0;
    for (; at < town->count && town->row[at].arrival_ms <= reached; at++) {
        town_add_json(rows, town, town->row[at].file, town->row[at].row);
        if (++count % ROWS_AT_ONCE == 0)
            hand_in(demo, client, rows);
    }
    hand_in(demo, client, rows);
    atomic_fetch_add(&demo->sent, count);
    return at;
}

static void look_for_alert(struct demo *demo, struct demo_client *client)
{
    if (atomic_load(&demo->first_alert_ms) != 0 ||
        demo_get(client, "/v1/alerts?limit=1") != STATUS_OK ||
        strstr(client->answer.at, "\"subject\"") == NULL)
        return;
    atomic_store(&demo->first_alert_ms, demo_since_ms(demo));
    DEMO_SAY(demo, "the first alert is there", "第一条预警已产生");
}

void *demo_feed(void *self)
{
    struct demo *demo = self;
    struct demo_client *client = demo->feeder;
    struct text rows = demo->rows;
    struct text show = text_over(client->show[0], sizeof client->show[0]);
    text_addf(&show, "Authorization: Bearer %s", demo->people.feed);
    client->type = "Content-Type: text/plain";
    hand_in_registers(demo, client, &rows);
    size_t at = 0;
    while (at < demo->town.count && demo->town.row[at].arrival_ms < demo->town.from_ms - HISTORY_MS)
        at++;
    for (; !demo_over(demo); demo_rest(demo, TURN_MS)) {
        at = hand_in_arrived(demo, client, &rows, at);
        look_for_alert(demo, client);
        if (at == demo->town.count)
            break;
    }
    if (!demo_over(demo))
        DEMO_SAY(demo, "the day is over: no more records come", "这一天已回放完毕：不再有新记录");
    demo_client_close(client);
    return NULL;
}
