/* outbox_test.c -- one letter at a time: what is counted, when it is tried again, what is refused,
 * what is said when nobody answers. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ground/folder.h"
#include "partner/house_test.h"
#include "partner/outbox_inside.h"
#include "partner/simulator.h"

#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>

/* A way that does as it is told, and remembers. */
struct told_way {
    enum status says;
    unsigned handed;
    struct slice answer;
    char last[LETTER_ENVELOPE_MAX + 1];
    size_t last_size;
    char ids[64][LETTER_ID_SIZE];
    const char *refuses; /* an id */
};

static enum status told_hand(void *self, const struct letter_id *id, struct slice envelope,
                             struct text *answer)
{
    struct told_way *way = self;
    memcpy(way->ids[way->handed++ % 64], id->hex, LETTER_ID_SIZE);
    memcpy(way->last, envelope.at, envelope.size);
    way->last_size = envelope.size;
    text_add(answer, way->answer);
    if (way->refuses != NULL && strcmp(way->refuses, id->hex) == 0)
        return STATUS_REFUSED;
    return way->says;
}

struct scene {
    struct town *town;
    struct house *centre, *carrier;
    struct told_way way, back;
    struct arena *arena;
};

static int scene_make(void **state)
{
    static struct scene scene;
    memset(&scene, 0, sizeof scene);
    scene.town = town_make();
    scene.centre = &scene.town->house[CENTRE];
    scene.carrier = &scene.town->house[CARRIER];
    scene.way.answer = scene.back.answer = (struct slice){"", 0};
    scene.centre->way[0] = (struct outbox_way){.hand = told_hand, .self = &scene.way};
    scene.carrier->way[0] = (struct outbox_way){.hand = told_hand, .self = &scene.back};
    house_open(scene.centre);
    house_open(scene.carrier);
    if (arena_create(&scene.arena, 16 << 20) != STATUS_OK)
        return 1;
    *state = &scene;
    return 0;
}

static int scene_leave(void **state)
{
    struct scene *scene = *state;
    scene->centre->come_says = scene->carrier->come_says = STATUS_OK;
    scene->centre->missed_says = STATUS_OK;
    town_remove(scene->town);
    arena_destroy(scene->arena);
    return 0;
}

static void asked(struct scene *scene, unsigned number)
{
    assert_int_equal(ask(scene->centre, number, SLICE("{}"), 180000, SLICE("w_1"), NULL),
                     STATUS_OK);
}

static struct slice last(const struct told_way *way)
{
    return (struct slice){way->last, way->last_size};
}

static enum status received(struct scene *scene, struct house *house, struct slice envelope,
                            bool replies, struct outbox_received *out)
{
    return outbox_receive(house->outbox, envelope, replies, scene->arena, out);
}

static void nobody_there_is_tried_again_and_counted(void **state)
{
    struct scene *scene = *state;
    int64_t waited_ms = 0;
    scene->way.says = STATUS_IO;
    asked(scene, 1);
    for (unsigned i = 0; i < 170; i++, waited_ms += 1000, town_pass(scene->town, 1000))
        (void)step(scene->centre);
    struct outbox_row row = row_of(scene->centre, 1, scene->arena);
    assert_int_equal(row.state, OUTBOX_WAITING);
    assert_int_equal(row.attempts, scene->way.handed);
    assert_int_equal(row.failures, scene->way.handed);
    assert_in_range(row.attempts, 6, 9); /* after 0, 1, 3, 7, 15, 31, 63, 123 s */
    assert_int_equal(row.arrived.ms, MOMENT_NONE.ms);
    scene->way.says = STATUS_OK;
    town_pass(scene->town, 9000);
    for (unsigned i = 0; i < 70 && row.state == OUTBOX_WAITING; i++) {
        (void)step(scene->centre);
        row = row_of(scene->centre, 1, scene->arena);
        town_pass(scene->town, 10);
    }
    assert_int_equal(watch(scene->centre), 0);
}

static void no_answer_is_said_once_and_a_late_one_is_told_as_late(void **state)
{
    struct scene *scene = *state;
    struct outbox_received out;
    asked(scene, 1);
    asked(scene, 2);
    assert_int_equal(step(scene->centre), 2);
    town_pass(scene->town, 179999);
    assert_int_equal(watch(scene->centre), 0);
    town_pass(scene->town, 1);
    assert_int_equal(watch(scene->centre), 2);
    assert_int_equal(watch(scene->centre), 0);
    assert_int_equal(step(scene->centre), 0); /* and it is not handed over any more */
    house_close(scene->centre);
    house_open(scene->centre);
    assert_int_equal(watch(scene->centre), 0);
    assert_int_equal(count_of(scene->centre, "SELECT count(*) FROM missed WHERE arrived = 1"), 2);
    assert_int_equal(row_of(scene->centre, 1, scene->arena).state, OUTBOX_MISSED);
    struct arena *request = scene->arena;
    struct letter_id id = question_id(1);
    assert_int_equal(store_begin(scene->carrier->store), STATUS_OK);
    assert_int_equal(answer_add(scene->carrier, &id, request), STATUS_OK);
    assert_int_equal(store_commit(scene->carrier->store), STATUS_OK);
    assert_int_equal(step(scene->carrier), 1);
    assert_int_equal(received(scene, scene->centre, last(&scene->back), false, &out), STATUS_OK);
    assert_int_equal(count_of(scene->centre, "SELECT count(*) FROM applied WHERE late = 1"), 1);
    assert_int_equal(row_of(scene->centre, 1, scene->arena).state, OUTBOX_ANSWERED);
    assert_int_equal(
        count_of(scene->carrier, "SELECT count(*) FROM partner_letter WHERE state = 2"), 1);
}

static void alarms_come_in_order_and_a_stubborn_one_comes_again(void **state)
{
    struct scene *scene = *state;
    for (unsigned i = 0; i < 150; i++)
        assert_int_equal(ask(scene->centre, i, SLICE("{}"), 1000 + (int64_t)(i * 7919 % 150) * 10,
                             i == 40 ? SLICE("stubborn") : SLICE("w_1"), NULL),
                         STATUS_OK);
    scene->centre->missed_says = STATUS_LATE;
    town_pass(scene->town, 3000);
    unsigned missed = 0;
    for (unsigned i = 0; i < 5; i++)
        missed += watch(scene->centre);
    assert_int_equal(missed, 149);
    scene->centre->missed_says = STATUS_OK;
    assert_int_equal(watch(scene->centre), 0);
    town_pass(scene->town, OUTBOX_ALARM_AGAIN_MS);
    assert_int_equal(watch(scene->centre), 1);
    assert_int_equal(
        count_of(scene->centre,
                 "SELECT count(*) FROM missed a JOIN missed b ON b.number = a.number + 1 JOIN "
                 "partner_letter x ON x.id = a.id JOIN partner_letter y ON y.id = b.id WHERE "
                 "x.deadline > y.deadline AND y.object <> 'stubborn'"),
        0);
}

static void one_id_is_one_letter_and_a_rollback_leaves_none(void **state)
{
    struct scene *scene = *state;
    bool twice = true;
    assert_int_equal(ask(scene->centre, 1, SLICE("{}"), 1000, SLICE("w_1"), &twice), STATUS_OK);
    assert_false(twice);
    town_pass(scene->town, 10);
    assert_int_equal(ask(scene->centre, 1, SLICE("{}"), 1000, SLICE("w_1"), &twice), STATUS_OK);
    assert_true(twice);
    assert_int_equal(ask(scene->centre, 1, SLICE("{\"a\":1}"), 1000, SLICE("w_1"), &twice),
                     STATUS_REFUSED);
    assert_int_equal(ask(scene->centre, 2, SLICE("{}"), 0, SLICE("w_1"), &twice), STATUS_LATE);
    assert_int_equal(ask(scene->centre, 2, SLICE("{ }"), 1000, SLICE("w_1"), &twice),
                     STATUS_MALFORMED);
    assert_int_equal(step(scene->centre), 1);
    assert_int_equal(count_of(scene->centre, "SELECT count(*) FROM partner_letter"), 1);
    assert_int_equal(
        count_of(scene->centre, "SELECT count(*) FROM audit_entry WHERE action = 'letter.send'"),
        1);
}

static void a_letter_that_is_refused_holds_no_other_up(void **state)
{
    struct scene *scene = *state;
    struct letter_id first = question_id(0);
    scene->way.refuses = first.hex;
    for (unsigned i = 0; i < 40; i++)
        asked(scene, i);
    assert_int_equal(step(scene->centre) + step(scene->centre), 39);
    assert_int_equal(row_of(scene->centre, 0, scene->arena).refusals, 1);
    assert_int_equal(row_of(scene->centre, 0, scene->arena).state, OUTBOX_WAITING);
    scene->way.refuses = NULL; /* their house was set right */
    town_pass(scene->town, 1000);
    assert_int_equal(step(scene->centre), 1);
    assert_int_equal(row_of(scene->centre, 0, scene->arena).state, OUTBOX_ARRIVED);
}

static void a_partner_that_is_gone_is_left_alone(void **state)
{
    struct scene *scene = *state;
    scene->way.says = STATUS_IO;
    for (unsigned i = 0; i < 40; i++)
        assert_int_equal(ask(scene->centre, i, SLICE("{}"), HOUR_MS, SLICE("w_1"), NULL),
                         STATUS_OK);
    for (unsigned i = 0; i < 600; i++, town_pass(scene->town, 1000))
        (void)step(scene->centre);
    assert_in_range(scene->way.handed, 15, 60); /* in ten minutes, of forty letters */
    assert_int_equal(count_of(scene->centre, "SELECT sum(attempts) FROM partner_letter"),
                     scene->way.handed);
}

static void an_answer_that_does_not_come_is_asked_for_less_and_less(void **state)
{
    struct scene *scene = *state;
    assert_int_equal(ask(scene->centre, 1, SLICE("{}"), 2 * HOUR_MS, SLICE("w_1"), NULL),
                     STATUS_OK);
    for (unsigned i = 0; i < 180; i++, town_pass(scene->town, 1000))
        (void)step(scene->centre);
    unsigned first = scene->way.handed;
    assert_in_range(first, 12, 30); /* in three minutes */
    for (unsigned i = 0; i < 3600; i++, town_pass(scene->town, 1000))
        (void)step(scene->centre);
    assert_in_range(scene->way.handed - first, 6, 30); /* in the hour after them */
}

static void a_question_that_comes_again_brings_its_answer_again(void **state)
{
    struct scene *scene = *state;
    struct outbox_received out, again;
    scene->town->answers_kind = 1 + ANSWER_AT_ONCE;
    asked(scene, 1);
    (void)step(scene->centre);
    assert_int_equal(received(scene, scene->carrier, last(&scene->way), true, &out), STATUS_OK);
    assert_false(out.twice);
    assert_true(out.answer.size > 0);
    assert_int_equal(received(scene, scene->carrier, last(&scene->way), true, &again), STATUS_OK);
    assert_true(again.twice);
    assert_true(slice_equal(out.answer, again.answer));
    assert_int_equal(step(scene->carrier), 0); /* it was given back, and is not sent beside it */
    assert_int_equal(received(scene, scene->carrier, last(&scene->way), false, &again), STATUS_OK);
    assert_int_equal(step(scene->carrier), 1); /* somebody asked who cannot be given it back */
    assert_int_equal(atomic_load(&scene->carrier->comes), 1);
    scene->way.answer = out.answer;
    town_pass(scene->town, OUTBOX_ASK_MS);
    assert_int_equal(step(scene->centre), 1); /* asks again, and hears it */
    assert_int_equal(count_of(scene->centre, "SELECT count(*) FROM applied"), 1);
    town_pass(scene->town, OUTBOX_ASK_MS);
    assert_int_equal(step(scene->centre), 0);
}

/* ---- what is not taken ---- */

static struct slice forged(struct scene *scene, const char *kind, unsigned id,
                           const struct letter_id *reply_to, struct slice body)
{
    char *bytes = NULL;
    assert_int_equal(ARENA_NEW(scene->arena, LETTER_ENVELOPE_MAX + 1, &bytes), STATUS_OK);
    struct text text = text_over(bytes, LETTER_ENVELOPE_MAX + 1);
    struct letter letter = {.id = question_id(id),
                            .kind = slice_of(kind),
                            .from = CARRIER_ID,
                            .to = CENTRE_ID,
                            .issued = town_now(scene->town),
                            .expires = {town_now(scene->town).ms + 60000},
                            .body = body};
    if (reply_to != NULL)
        letter.reply_to = *reply_to;
    assert_int_equal(letter_write(&text, &letter, &scene->town->pair[CARRIER]), STATUS_OK);
    return text_slice(&text);
}

static void what_is_not_taken_has_its_fault_and_its_entry(void **state)
{
    struct scene *scene = *state;
    struct outbox_received out;
    struct letter_id nobody = question_id(77);
#define REFUSED(envelope, why)                                                              \
    assert_int_equal(received(scene, scene->centre, envelope, true, &out), STATUS_REFUSED); \
    assert_int_equal(out.fault, LETTER_##why)
    REFUSED(forged(scene, "stop.order", 500, NULL, SLICE("{}")), KIND);
    REFUSED(forged(scene, "leader", 500, NULL, SLICE("{}")), KIND);
    REFUSED(forged(scene, "lead.answer", 501, &nobody, SLICE("{}")), UNASKED);
    scene->centre->come_says = STATUS_MALFORMED;
    REFUSED(forged(scene, "lead.ask", 502, NULL, SLICE("{}")), BODY);
    scene->centre->come_says = STATUS_OK;
    assert_int_equal(received(scene, scene->centre,
                              forged(scene, "lead.ask", 502, NULL, SLICE("{}")), true, &out),
                     STATUS_OK); /* refused is not taken: a right body may follow under the id */
    REFUSED(forged(scene, "lead.ask", 502, NULL, SLICE("{\"a\":1}")), REUSED);
    REFUSED(SLICE("{}"), ENVELOPE);
    struct slice expired = forged(scene, "lead.ask", 503, NULL, SLICE("{}"));
    town_pass(scene->town, 60000);
    REFUSED(expired, EXPIRED);
    assert_int_equal(
        count_of(scene->centre, "SELECT count(*) FROM audit_entry WHERE action = 'letter.refuse'"),
        6); /* not of the one that nobody signed */
    assert_int_equal(count_of(scene->centre, "SELECT count(*) FROM heard"), 1);
    assert_int_equal(count_of(scene->centre, "SELECT count(*) FROM partner_taken"), 1);
    struct outbox_figures figures;
    outbox_figures(scene->centre->outbox, &figures);
    assert_int_equal(figures.refused[LETTER_KIND], 2);
    assert_int_equal(figures.refused[LETTER_ENVELOPE], 1);
    assert_int_equal(figures.taken, 1);
}

static void what_a_room_cannot_take_now_leaves_nothing_and_comes_again(void **state)
{
    struct scene *scene = *state;
    struct outbox_received out;
    struct slice envelope = forged(scene, "lead.ask", 600, NULL, SLICE("{}"));
    scene->centre->come_says = STATUS_LATE;
    assert_int_equal(received(scene, scene->centre, envelope, true, &out), STATUS_LATE);
    assert_int_equal(count_of(scene->centre, "SELECT count(*) FROM partner_taken"), 0);
    scene->centre->come_says = STATUS_OK;
    assert_int_equal(received(scene, scene->centre, envelope, true, &out), STATUS_OK);
    assert_false(out.twice);
    assert_int_equal(count_of(scene->centre, "SELECT count(*) FROM heard"), 1);
}

static void a_withdrawn_letter_is_neither_sent_nor_missed(void **state)
{
    struct scene *scene = *state;
    struct letter_id id = question_id(1), other = question_id(2);
    asked(scene, 1);
    assert_int_equal(store_begin(scene->centre->store), STATUS_OK);
    assert_int_equal(outbox_withdraw(scene->centre->outbox, &id), STATUS_OK);
    assert_int_equal(outbox_withdraw(scene->centre->outbox, &other), STATUS_ABSENT);
    assert_int_equal(store_commit(scene->centre->store), STATUS_OK);
    assert_int_equal(step(scene->centre), 0);
    town_pass(scene->town, 200000);
    assert_int_equal(watch(scene->centre), 0);
    assert_int_equal(row_of(scene->centre, 1, scene->arena).state, OUTBOX_WITHDRAWN);
}

static void a_clock_set_back_holds_nothing_up_for_long(void **state)
{
    struct scene *scene = *state;
    scene->way.says = STATUS_REFUSED;
    assert_int_equal(ask(scene->centre, 1, SLICE("{}"), DAY_MS, SLICE("w_1"), NULL), STATUS_OK);
    assert_int_equal(watch(scene->centre), 0);
    assert_int_equal(step(scene->centre), 0);
    town_pass(scene->town, 10);
    assert_int_equal(watch(scene->centre), 0);
    atomic_fetch_sub(&scene->town->now_ms, 6LL * HOUR_MS);
    scene->way.says = STATUS_OK;
    assert_int_equal(watch(scene->centre), 0);
    assert_int_equal(step(scene->centre), 1);
}

static void old_letters_and_ids_are_forgotten(void **state)
{
    struct scene *scene = *state;
    struct outbox_received out;
    scene->town->answers_kind = 1 + ANSWER_NEVER;
    asked(scene, 1);
    assert_int_equal(received(scene, scene->centre,
                              forged(scene, "lead.ask", 700, NULL, SLICE("{}")), true, &out),
                     STATUS_OK);
    town_pass(scene->town, 2LL * DAY_MS);
    assert_int_equal(watch(scene->centre), 1);
    town_pass(scene->town, 2000);
    assert_int_equal(watch(scene->centre), 0);
    assert_int_equal(count_of(scene->centre, "SELECT count(*) FROM partner_taken"), 0);
    assert_int_equal(count_of(scene->centre, "SELECT count(*) FROM partner_letter"), 1);
    town_pass(scene->town, 31LL * DAY_MS);
    assert_int_equal(watch(scene->centre), 0);
    assert_int_equal(count_of(scene->centre, "SELECT count(*) FROM partner_letter"), 0);
}

/* Whether the bytes stand in the file. */
static bool stands_in(const char *path, const char *end, const char *bytes)
{
    char name[160];
    struct arena *arena = NULL;
    struct slice whole;
    enum disk_fault fault;
    (void)snprintf(name, sizeof name, "%s%s", path, end);
    assert_int_equal(arena_create(&arena, 64 << 20), STATUS_OK);
    bool found = disk_read_all(name, 32 << 20, arena, &whole, &fault) == STATUS_OK &&
                 memmem(whole.at, whole.size, bytes, strlen(bytes)) != NULL;
    arena_destroy(arena);
    return found;
}

static void what_a_letter_says_lies_sealed_in_the_store(void **state)
{
    struct scene *scene = *state;
    static const char CANARY[] = "+8613911112222";
    char base64[] = "KzEzOTExMTEyMjIy";
    assert_int_equal(
        ask(scene->centre, 1, SLICE("{\"number\":\"+8613911112222\"}"), 60000, SLICE("w_1"), NULL),
        STATUS_OK);
    assert_int_equal(step(scene->centre), 1);
    assert_true(scene->way.last_size > 0);
    static const char *const ENDS[] = {"", "-wal"};
    for (unsigned i = 0; i < 2; i++) {
        assert_false(stands_in(scene->centre->path, ENDS[i], CANARY));
        assert_false(stands_in(scene->centre->path, ENDS[i], base64));
        assert_false(stands_in(scene->centre->path, ENDS[i], "\"letter\":"));
    }
}

static void what_was_sealed_before_the_key_was_another_one_is_sent(void **state)
{
    struct scene *scene = *state;
    asked(scene, 1);
    for (unsigned turns = 1; turns <= 2; turns++) {
        house_close(scene->centre);
        scene->centre->turns = turns;
        house_open(scene->centre);
        asked(scene, 1 + turns);
        if (turns == 1)
            assert_int_equal(step(scene->centre), 2); /* under the old key, and under the new */
    }
    assert_int_equal(step(scene->centre), 1);
}

/* ---- ways ---- */

static void folders_carry_letters_and_set_aside_what_is_none(void **state)
{
    struct scene *scene = *state;
    char folder[HOUSES][128], from[256], to[256];
    struct slice *names = NULL;
    size_t count = 0;
    struct outbox_way *ways[HOUSES];
    char why_bytes[256];
    struct text why = text_over(why_bytes, sizeof why_bytes);
    scene->town->answers_kind = 1 + ANSWER_AT_ONCE;
    for (unsigned i = 0; i < HOUSES; i++) {
        struct house *house = &scene->town->house[i];
        house_close(house);
        (void)snprintf(folder[i], sizeof folder[i], "%s/f%u", scene->town->folder, i);
        scene->town->ways[i] = PARTNER_WAY_FOLDER;
        scene->town->folders[i] = folder[i];
        house_open(house);
        assert_int_equal(outbox_ways_of_machine(house->list, scene->arena, &ways[i], &why),
                         STATUS_OK);
        house->way[0] = ways[i][0];
    }
    asked(scene, 1);
    assert_int_equal(step(scene->centre), 1);
#define CARRY(a, b)                                                                               \
    (void)snprintf(from, sizeof from, "%s/out", folder[a]);                                       \
    assert_int_equal(folder_list(from, scene->arena, &names, &count), STATUS_OK);                 \
    assert_int_equal(count, 1);                                                                   \
    (void)snprintf(from, sizeof from, "%s/out/%.*s", folder[a], (int)names[0].size, names[0].at); \
    (void)snprintf(to, sizeof to, "%s/in/some name.letter", folder[b]);                           \
    assert_int_equal(rename(from, to), 0)
    CARRY(0, 1);
    (void)snprintf(to, sizeof to, "%s/in/half", folder[1]); /* somebody is still writing */
    assert_int_equal(folder_put(to, SLICE("x")), STATUS_OK);
    (void)snprintf(to, sizeof to, "%s/in/none.letter", folder[1]);
    assert_int_equal(folder_put(to, SLICE("no letter")), STATUS_OK);
    assert_int_equal(step(scene->carrier), 3); /* taken, set aside, and the answer laid down */
    (void)snprintf(to, sizeof to, "%s/refused/none.letter", folder[1]);
    assert_int_equal(access(to, R_OK), 0);
    CARRY(1, 0);
    assert_int_equal(step(scene->centre), 1);
    assert_int_equal(count_of(scene->centre, "SELECT count(*) FROM applied"), 1);
    for (unsigned i = 0; i < HOUSES; i++) {
        outbox_ways_release(scene->town->house[i].list, ways[i]);
        assert_int_equal(folder_remove(folder[i]), STATUS_OK);
    }
}

/* An HTTP server that says the same to everybody: takes `rounds` requests, one a connection. */
struct server {
    int socket, rounds;
    const char *head;
    struct slice body;
    char heard[LETTER_ENVELOPE_MAX + 4096];
    size_t heard_size;
};

static void *server_run(void *self)
{
    struct server *server = self;
    for (int i = 0; i < server->rounds; i++) {
        int line = accept(server->socket, NULL, NULL);
        char head[512];
        server->heard_size = 0;
        for (;;) {
            ssize_t got = read(line, server->heard + server->heard_size,
                               sizeof server->heard - 1 - server->heard_size);
            if (got <= 0)
                break;
            server->heard_size += (size_t)got;
            server->heard[server->heard_size] = '\0';
            if (strstr(server->heard, "\"}") != NULL)
                break; /* the end of an envelope */
        }
        int size = snprintf(head, sizeof head,
                            "HTTP/1.1 %s\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n",
                            server->head, server->body.size);
        (void)!write(line, head, (size_t)size);
        (void)!write(line, server->body.at, server->body.size);
        (void)close(line);
    }
    return NULL;
}

static void http_carries_a_letter_and_its_answer(void **state)
{
    struct scene *scene = *state;
    struct server server = {.rounds = 1, .head = "200 OK"};
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof address;
    struct outbox_way *ways = NULL;
    struct outbox_received out;
    pthread_t thread;
    char url[64], why_bytes[256];
    struct text why = text_over(why_bytes, sizeof why_bytes);
    scene->town->answers_kind = 1 + ANSWER_AT_ONCE;
    asked(scene, 1);
    assert_int_equal(step(scene->centre), 1); /* only to have what the carrier will answer */
    assert_int_equal(received(scene, scene->carrier, last(&scene->way), true, &out), STATUS_OK);
    server.body = out.answer;
    server.socket = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(server.socket, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(server.socket, 4), 0);
    assert_int_equal(getsockname(server.socket, (struct sockaddr *)&address, &size), 0);
    assert_int_equal(pthread_create(&thread, NULL, server_run, &server), 0);
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u/v1/letters", ntohs(address.sin_port));
    scene->town->url = url;
    house_close(scene->centre);
    house_open(scene->centre);
    assert_int_equal(outbox_ways_of_machine(scene->centre->list, scene->arena, &ways, &why),
                     STATUS_OK);
    scene->centre->way[0] = ways[0];
    town_pass(scene->town, OUTBOX_ASK_MS);
    assert_int_equal(step(scene->centre), 1);
    (void)pthread_join(thread, NULL);
    assert_int_equal(strncmp(server.heard, "POST /v1/letters HTTP/1.1\r\n", 27), 0);
    assert_non_null(strstr(server.heard, "Content-Type: application/json\r\n"));
    assert_int_equal(count_of(scene->centre, "SELECT count(*) FROM applied"), 1);
    static const struct {
        const char *head;
        enum status status;
    } HEADS[] = {{"202 Accepted", STATUS_OK},       {"400 Bad", STATUS_REFUSED},
                 {"403 Forbidden", STATUS_REFUSED}, {"302 Found", STATUS_REFUSED},
                 {"429 Slowly", STATUS_LATE},       {"503 Busy", STATUS_LATE},
                 {"500 Broken", STATUS_LATE}};
    server.body = (struct slice){"", 0};
    for (size_t i = 0; i < sizeof HEADS / sizeof HEADS[0]; i++) {
        char bytes[64];
        struct text answer = text_over(bytes, sizeof bytes);
        struct letter_id id = question_id(1);
        server.head = HEADS[i].head;
        assert_int_equal(pthread_create(&thread, NULL, server_run, &server), 0);
        assert_int_equal(ways[0].hand(ways[0].self, &id, out.answer, &answer), HEADS[i].status);
        (void)pthread_join(thread, NULL);
    }
    (void)close(server.socket);
    char bytes[64];
    struct text answer = text_over(bytes, sizeof bytes);
    struct letter_id id = question_id(1);
    assert_int_equal(ways[0].hand(ways[0].self, &id, out.answer, &answer), STATUS_IO);
    outbox_ways_release(scene->centre->list, ways);
}

static void a_partner_that_fetches_is_asked_nothing(void **state)
{
    struct scene *scene = *state;
    scene->town->answers_kind = 1 + ANSWER_AT_ONCE;
    scene->town->ways[CARRIER] = PARTNER_WAY_FETCH; /* how the carrier reaches the centre */
    house_close(scene->carrier);
    house_open(scene->carrier);
    assert_int_equal(ask(scene->carrier, 9, SLICE("{}"), 1000, SLICE("w_1"), NULL), STATUS_REFUSED);
    struct outbox_received out;
    asked(scene, 1);
    assert_int_equal(step(scene->centre), 1);
    assert_int_equal(received(scene, scene->carrier, last(&scene->way), true, &out), STATUS_OK);
    assert_true(out.answer.size > 0);
}

static void two_rooms_do_not_share_a_kind(void **state)
{
    struct scene *scene = *state;
    const struct outbox_plug plugs[] = {{.kinds = SLICE("lead")}, {.kinds = SLICE("lead.ask")}};
    struct outbox_options options = {
        .list = scene->centre->list, .way = scene->centre->way, .plug = plugs, .plugs_count = 2};
    char bytes[128];
    struct text why = text_over(bytes, sizeof bytes);
    struct outbox *outbox = NULL;
    assert_int_equal(outbox_open(&outbox, &options, scene->arena, &why), STATUS_REFUSED);
    assert_non_null(strstr(bytes, "lead.ask"));
}

static void states_and_health_have_their_words(void **state)
{
    struct scene *scene = *state;
    struct outbox_health health;
    for (unsigned i = 0; i < OUTBOX_STATES_COUNT; i++)
        for (enum tongue tongue = 0; tongue < TONGUES_COUNT; tongue++)
            assert_true(outbox_state_says((enum outbox_state)i)->in[tongue][0] != '\0');
    assert_string_equal(outbox_state_name(OUTBOX_MISSED), "missed");
    asked(scene, 1);
    scene->way.says = STATUS_IO;
    assert_int_equal(step(scene->centre), 0);
    assert_int_equal(store_begin(scene->centre->store), STATUS_OK);
    assert_int_equal(outbox_health(scene->centre->outbox, scene->centre->store,
                                   partner_at(scene->centre->list, 0), &health),
                     STATUS_OK);
    store_rollback(scene->centre->store);
    assert_int_equal(health.open, 1);
    assert_int_equal(health.failures, 1);
    assert_int_equal(health.reached.ms, MOMENT_NONE.ms);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, scene_make, scene_leave)
    const struct CMUnitTest tests[] = {
        TEST(nobody_there_is_tried_again_and_counted),
        TEST(no_answer_is_said_once_and_a_late_one_is_told_as_late),
        TEST(alarms_come_in_order_and_a_stubborn_one_comes_again),
        TEST(one_id_is_one_letter_and_a_rollback_leaves_none),
        TEST(a_letter_that_is_refused_holds_no_other_up),
        TEST(a_partner_that_is_gone_is_left_alone),
        TEST(an_answer_that_does_not_come_is_asked_for_less_and_less),
        TEST(a_question_that_comes_again_brings_its_answer_again),
        TEST(what_is_not_taken_has_its_fault_and_its_entry),
        TEST(what_a_room_cannot_take_now_leaves_nothing_and_comes_again),
        TEST(a_withdrawn_letter_is_neither_sent_nor_missed),
        TEST(a_clock_set_back_holds_nothing_up_for_long),
        TEST(old_letters_and_ids_are_forgotten),
        TEST(what_a_letter_says_lies_sealed_in_the_store),
        TEST(what_was_sealed_before_the_key_was_another_one_is_sent),
        TEST(folders_carry_letters_and_set_aside_what_is_none),
        TEST(http_carries_a_letter_and_its_answer),
        TEST(a_partner_that_fetches_is_asked_nothing),
        TEST(two_rooms_do_not_share_a_kind),
        TEST(states_and_health_have_their_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
