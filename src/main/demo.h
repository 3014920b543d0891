/* demo.h -- the parts of `cutline demo`: folder, town, processes, people, feed, actors, tour.
 *
 *     demo.c ─> folder ─> town ─> sides, centre (processes) ─> people ─> feed, actors (threads)
 *
 * Everything that happens behind the set-up goes through the public interface. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "city/city.h"
#include "command.h"
#include "courier/courier.h"
#include "ground/clock.h"
#include "ground/folder.h"

#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/types.h>

enum {
    DEMO_CARRIERS = 2,
    DEMO_BANKS = 3,
    DEMO_SIDES = DEMO_CARRIERS + DEMO_BANKS,
    DEMO_PATH_MAX = PATH_MAX - 256, /* of the folder: names in it fit behind */
    DEMO_WORD_MAX = 128,
    DEMO_ZONE = 480, /* of the city */
    DEMO_MARKS_BYTES = 4096,
};

/* What was asked for: NAME=VALUE. */
struct demo_wish {
    const char *folder;
    int64_t speed, hours, people, seed, port, for_s; /* for_s 0: until Ctrl-C */
    bool actors;
};

/* ---- processes ---- */

struct demo_child {
    pid_t id; /* 0: none */
    int out;  /* its standard output */
    const char *name;
    void (*waited)(void *self, int64_t seconds); /* NULL, or told each two seconds of reading */
    void *self;
};

/* Our own program with these words (ended by NULL), its standard error into FOLDER/log/NAME.log; it
 * ends when we do, however we do. */
enum status demo_child_start(struct demo_child *child, const char *name, const char *folder,
                             const char *const *words);
/* What it wrote, until a line with `word` is whole; "": all of it.  STATUS_IO: it ended before, or
 * somebody pressed Ctrl-C. */
enum status demo_child_read(const struct demo_child *child, const char *word, struct text *into);
/* Asks it to end, and waits; behind ten seconds it is ended. */
void demo_child_stop(struct demo_child *child);
/* Whether it has ended by itself. */
bool demo_child_ended(struct demo_child *child);

/* ---- somebody who asks over HTTP ---- */

struct demo_client {
    struct courier_line line;
    char url[64];
    char show[2][512]; /* headers that say who asks; empty: nobody */
    struct text answer, body;
    const char *type; /* of a body; NULL: JSON */
    int http;
    int64_t refusals; /* answers that were no 2xx */
};

enum { DEMO_ANSWER_MAX = 1 << 20, DEMO_BODY_MAX = 1 << 20 };

/* A NULL-ended list of names and values. */
#define PAIRS(...) ((const char *const[]){__VA_ARGS__ __VA_OPT__(, ) NULL})

enum status demo_client_create(struct demo_client **out, const char *url, struct arena *arena);
void demo_client_close(struct demo_client *client);
/* STATUS_OK: 2xx, and `answer` is what came; STATUS_REFUSED: it is a problem; STATUS_IO: nobody
 * answers.  `version`: raw, NULL for none. */
enum status demo_get(struct demo_client *client, const char *path);
enum status demo_post(struct demo_client *client, const char *path, const char *version);
/* The body is login, password and code; the session stands in `show[0]` from now on. */
enum status demo_login(struct demo_client *client);
/* The body becomes an object of these; a value that begins with [ or { is JSON already. */
void demo_body(struct demo_client *client, const char *const *pairs);
/* A member of what was answered, unescaped, in `out`; empty: it is not there. */
void demo_member(const struct demo_client *client, const char *name, char *out, size_t size);
void demo_member_of(struct slice object, const char *name, char *out, size_t size);

/* Work: made, moved, agreed to.  Ids are copied to `id` (DEMO_WORD_MAX bytes). */
enum status demo_new(struct demo_client *client, const char *kind, const char *place,
                     const char *const *fields, char *id);
enum status demo_item(struct demo_client *client, const char *id);
enum status demo_step(struct demo_client *client, const char *id, const char *step,
                      const char *reason, const char *const *fields);
enum status demo_take(struct demo_client *client, const char *id);
enum status demo_yes(struct demo_client *client, const char *id);
enum status demo_no(struct demo_client *client, const char *id);

/* ---- the town ---- */

struct town_row {
    int64_t arrival_ms; /* in the city's own time */
    uint32_t order;
    enum city_file file;
    struct slice row;
};

struct town {
    struct town_row *row;
    size_t count;
    struct slice text[CITY_FILES_COUNT];   /* whole files */
    struct slice header[CITY_FILES_COUNT]; /* their first lines */
    int64_t from_ms;                       /* the replay begins here, in the city's own time */
    int64_t shift_ms;                      /* added to a time of the city it is one of ours */
    int64_t began_ms;                      /* the replay, by the wall */
    int64_t lag_ms;                        /* by which its first record is behind the wall */
};

/* Reads a made city, and chooses where to begin: where most fraud is under way. */
enum status town_read(struct town *town, const char *folder, int64_t hours, struct arena *arena);
/* From now on `now` is where the replay begins. */
void town_begin(struct town *town, moment now);
/* A field of a row, by its column's name; empty: none. */
struct slice town_field(const struct town *town, const struct town_row *row, const char *column);
/* The next line without its end; false: no more. */
bool town_line(struct slice *rest, struct slice *line);
struct slice town_cell(struct slice header, struct slice row, const char *column);
/* A row as a JSON line of today. */
void town_add_json(struct text *text, const struct town *town, enum city_file file,
                   struct slice row);
/* A made-up name of the holder of an account or of a line. */
void town_add_name(struct text *text, struct slice of);
/* Which of our banks keeps an account at a bank of the city. */
unsigned town_bank(struct slice bank);
/* The registers of the carriers and the books of the banks, into FOLDER/NAME. */
enum status town_write_lines(const struct town *town, const char *path, unsigned carrier,
                             struct arena *arena);
enum status town_write_books(const struct town *town, const char *folder, unsigned bank,
                             struct arena *arena);

/* The account of somebody whose telephone this is; empty: unknown. */
struct slice town_account(const struct town *town, struct slice phone);
/* The largest payment from an account to somebody of whom the truth says that money goes through
 * them, of those that have arrived; NULL: none. */
const struct town_row *town_loss(const struct town *town, struct slice account, int64_t until_ms);

/* The telephone of the `nth` person, from 0, of whom the truth says that they were deceived and who
 * has lost money until then; empty: there are not so many yet. */
struct slice town_victim(const struct town *town, unsigned nth, int64_t until_ms);

/* ---- people ---- */

struct demo_user {
    char login[32], role[32], id[DEMO_WORD_MAX];
    char password[32], key[64], token[DEMO_WORD_MAX];
    char place[64]; /* the organisation's name */
    bool acts;      /* one of those that act by themselves */
};

enum { DEMO_USERS_MAX = 48, DEMO_ORGANISATIONS_MAX = 16 };

struct demo_people {
    struct demo_client *root; /* who made everybody; a session */
    struct demo_user user[DEMO_USERS_MAX];
    unsigned count;
    pthread_mutex_t lock; /* of `user` and `count` */
    struct {
        const char *name;
        char id[DEMO_WORD_MAX];
    } organisation[DEMO_ORGANISATIONS_MAX];
    unsigned organisations_count;
    char feed[DEMO_WORD_MAX]; /* the token of the feed */
};

/* The first administrator, out of the one-time code; organisations; the token of the feed. */
enum status people_found(struct demo_people *people, const char *code);
struct demo;
/* Makes the users of demo_people.inc and writes FOLDER/users; STATUS_REFUSED also when the demo is
 * over. */
enum status people_add(struct demo *demo);
/* The code of now. */
void people_add_code(struct text *text, const struct demo_user *user);
/* The id of an organisation of demo_people.inc. */
const char *people_place(const struct demo_people *people, const char *name);
const struct demo_user *people_find(struct demo_people *people, const char *login);
/* Shows the token of a user from now on.  STATUS_ABSENT: there is no such user yet. */
enum status people_become(struct demo_people *people, const char *login,
                          struct demo_client *client);
/* The code of the second factor of now, of a line of FOLDER/users.  EXIT_INPUT: said. */
enum exit_code people_code(const struct command *command, const char *folder, const char *login);

/* ---- all of it ---- */

struct demo {
    const struct command *command;
    struct demo_wish wish;
    char folder[DEMO_PATH_MAX];
    struct folder_lock lock;
    struct arena *arena;
    struct clock clock;
    int64_t started_ms; /* ticks */
    char url[64];
    char centre_key[64];
    struct demo_child centre, side[DEMO_SIDES];
    char side_key[DEMO_SIDES][64];
    uint16_t side_port[DEMO_SIDES];
    struct town town;
    struct demo_people people;
    atomic_bool closing;
    struct demo_client *feeder, *actor, *maker; /* one a thread */
    struct text rows;                           /* the feed's */
    char mark_bytes[DEMO_MARKS_BYTES];
    struct text marks; /* lines of a word and an id; guarded by `tell` */
    unsigned toured;   /* steps of the tour that were told */
    int64_t toured_ms;
    /* what is told */
    pthread_mutex_t tell;
    _Atomic int64_t first_alert_ms, first_answer_ms; /* since the start; 0: not yet */
    _Atomic uint64_t sent;
};

/* A line on standard output, behind the seconds since the start.  Written by DEMO_SAY. */
[[gnu::format(printf, 2, 3)]] void demo_line(struct demo *demo, const char *format, ...);
#define DEMO_SAY(demo, en, zh, ...)                                                        \
    ((demo)->command->tongue == TONGUE_ZH ? demo_line(demo, zh __VA_OPT__(, ) __VA_ARGS__) \
                                          : demo_line(demo, en __VA_OPT__(, ) __VA_ARGS__))
/* Many lines as they are. */
void demo_tell(struct demo *demo, struct slice text);
/* A line in FOLDER/log/actors.log. */
void demo_note(const struct demo *demo, struct slice line);
/* The id of something that the tour speaks of, the first time that there is one: FOLDER/ids. */
void demo_mark(struct demo *demo, const char *what, const char *id);
int64_t demo_since_ms(const struct demo *demo);
/* Whether there is an end: Ctrl-C, `for`, or a process that fell over. */
bool demo_over(const struct demo *demo);
void demo_rest(const struct demo *demo, int64_t ms);
char *demo_path(const struct demo *demo, char out[PATH_MAX], const char *name);
enum status demo_put(const struct demo *demo, const char *name, struct slice bytes);

/* demo_folder.c: ours, or refused.  Nothing outside it is ever written. */
enum exit_code demo_folder_open(struct demo *demo);
/* demo_house.c: processes and what they are told. */
enum exit_code demo_house_open(struct demo *demo);
void demo_house_close(struct demo *demo);
/* How far the day has come, in the city's own time. */
int64_t demo_reached_ms(const struct demo *demo);
/* demo_history.c: FOLDER/history.csv, what was counted before the demo began. */
enum status demo_history_put(const struct demo *demo);
/* demo_feed.c, demo_actors.c: bodies of threads; `self` is the demo. */
void *demo_feed(void *self);
void *demo_actors(void *self);
/* demo_tour.c */
enum exit_code demo_tour_show(const struct command *command, const char *folder);
/* Tells the next step of the tour when what it speaks of is there. */
void demo_tour_turn(struct demo *demo);
/* The id behind a word in the lines of FOLDER/ids; empty: not there. */
struct slice demo_marked(struct slice marks, const char *what);
