/* service.h -- everything that a running `cutline serve` consists of. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "access/access.h"
#include "api/api.h"
#include "bulletin/bulletin.h"
#include "casework/flow/flow.h"
#include "config/config.h"
#include "ground/folder.h"
#include "hindsight/hindsight.h"
#include "law/law.h"
#include "live/live.h"
#include "money/index.h"
#include "partner/outbox.h"
#include "receipt/keys.h"
#include "receipt/tail.h"
#include "rulebook/rulebook.h"
#include "ruleset.h"
#include "serving.h"
#include "task/task.h"
#include "view/view.h"
#include "vitals/log.h"
#include "vitals/metrics.h"

#include <limits.h>
#include <stdatomic.h>

/* clang-format off */
enum figure {
#define FIGURE(name, ...) FIGURE_##name,
#include "figures.inc"
#undef FIGURE
    FIGURES_COUNT
};
/* clang-format on */

/* clang-format off */
enum check {
#define CHECK(name, en, zh) CHECK_##name,
#include "checks.inc"
#undef CHECK
    CHECKS_COUNT
};
/* clang-format on */

enum { LETTER_PLUGS_MAX = 16 };
enum { ACKS_ROOM = 8192, SERVICE_MIGRATIONS_MAX = 56, RECEIPTS_EVERY_MS = 60000 };

/* An acknowledgement that detection has not come to yet. */
struct ack {
    uint64_t next;
    int64_t at_us;
};

struct service {
    const struct command *command;
    struct config config;
    struct arena *config_arena, *boot;
    struct clock clock;
    struct log log;
    char folder[PATH_MAX];
    struct folder_lock lock;
    struct volume journal, snapshots, keyring;
    struct volume alerts_folder; /* of alerts.file */
    struct law law; /* asked inside a transaction of the store only: there it changes (reload.c) */
    unsigned laws_count; /* how often it has changed since the start */
    struct ruleset *ruleset;
    struct rule_file *folder_rules; /* of the ruleset, as the book would name them */
    char folder_image[DIGEST_HEX_SIZE];
    struct store *book;    /* a reader, for the rule book */
    int64_t first_version; /* of the book, with which we began; 0: the folder's rules */
    struct inforce *coming[LIVE_ROLES_COUNT], *in_force[LIVE_ROLES_COUNT];
    struct inforce *earlier;       /* rules that the recovery needed */
    struct partner_list *partners; /* NULL: none are configured */
    struct outbox_way *ways;
    struct outbox *outbox;
    struct outbox_plug plug[LETTER_PLUGS_MAX]; /* what rooms do with letters of their kinds */
    unsigned plugs_count;
    struct seal_keypair letter_pair;
    struct bulletin *bulletin;
    struct hindsight *hindsight; /* rules tried on history */
    struct alert_sink alerts;
    struct access_keys access_keys;
    char origin[64];
    char store_path[PATH_MAX];
    struct store *store;
    struct audit *audit;
    struct access *access;
    struct deliveries *deliveries;
    struct keys *keys;
    struct tail_plan *plans;
    struct tails *tails;
    struct live *live;
    struct screen *screen;
    struct presence *presence;
    struct ladder *ladder; /* records around alerts */
    struct standing *standing;
    struct sanction_desk *sanction_desk;
    struct moneys *moneys;
    struct works *works;
    struct reporting *reporting; /* figures */
    struct stopping *stopping;   /* orders and their letters */
    struct work *work;
    struct flow *flow; /* traces of money */
    struct view_keeper views;
    struct task_desk *task_desk; /* decisions on many alerts */
    struct api *api;

    struct metrics *metrics;
    struct pulse *pulse;
    struct ack acks[ACKS_ROOM]; /* one thread writes, one reads */
    _Atomic uint64_t acks_in, acks_out;

    /* What the keeping thread knows; the others only read. */
    _Atomic bool disk_low;
    _Atomic bool check[CHECKS_COUNT];
    _Atomic uint64_t answered; /* every entry below was answered: what recall begins at */
    int64_t started_ms, second_ms, snapshot_ms, receipts_ms, retained_ms;
    uint64_t snapshot_seen;
    uint64_t retained_after; /* alerts up to this number were looked at in this round */
    moment wall_before;
    int64_t ticks_before;
    moment clock_stepped; /* MOMENT_NONE: never */
    moment checkpoint;
};

/* Everything opened, in order, up to the first answer.  EXIT_…: said. */
enum exit_code service_open(struct service *service, const struct command *command);
/* Keeps it going until somebody asks to stop. */
void service_keep(struct service *service);
/* Takes no more, finishes what was taken, closes.  EXIT_FAILED: it could not. */
enum exit_code service_close(struct service *service);

/* The steps of the store's schema, of all rooms that have tables; how many. */
size_t service_migrations(struct store_migration all[SERVICE_MIGRATIONS_MAX]);
/* The audit log is named after the key that signs it. */
void text_origin(char *out, size_t size, const struct seal_key *key);
/* A path in the data directory. */
struct slice service_path(const struct service *service, char out[PATH_MAX], const char *name);

/* ---- figures.c ---- */

enum status figures_create(struct service *service);
/* Hooks of the api room and of live. */
void figures_acknowledged(void *self, uint64_t next);
void figures_reached(void *self, uint64_t position);
void figures_screened(void *self, int64_t us);
void figures_write(void *self, struct text *text);

/* How long the oldest delivery waits that was acknowledged and not yet thought about; 0: none. */
int64_t figures_lag_us(struct service *service);

/* ---- pulse.c ---- */

enum status pulse_create(struct pulse **out, struct arena *boot);
/* Once a second, on the keeping thread. */
void pulse_turn(struct service *service);
/* `"feeds":{…},"pulse":{…},"detection":{…}`, from any thread. */
void pulse_write(void *self, struct text *json);

/* ---- alerts.c ---- */

/* The bulletin with its file and receivers, before anybody makes alerts.  EXIT_…: said. */
enum exit_code alerts_open(struct service *service);
/* For live_listener. */
void alerts_reached(void *self, uint64_t position);
uint64_t alerts_kept(void *self);

/* ---- letters.c ---- */

/* The partners of the configuration.  STATUS_…: `why` says what is wrong, or no memory. */
enum status partners_read(struct partner_list **out, const struct config *config,
                          struct arena *boot, struct text why[TONGUES_COUNT]);
/* The pair that signs our letters. */
struct seal_keypair letters_pair(const struct secret *key);
/* What a room does with letters of its kinds; before letters_open(). */
void letters_plug(struct service *service, struct outbox_plug plug);
/* The outbox with its threads, if there are partners.  EXIT_…: said. */
enum exit_code letters_open(struct service *service);
void letters_close(struct service *service);

/* ---- laws.c ---- */

/* The law packs of the configuration, or those of the program.  EXIT_…: said. */
enum exit_code laws_read(struct law *out, const struct command *command,
                         const struct config *config, struct arena *boot);
/* The same for the service, which tells in its log what is in force today.  EXIT_…: said. */
enum exit_code laws_open(struct service *service);
/* Today, where the service stands. */
law_date laws_today(struct clock clock, const struct config *config);

/* ---- reload.c ---- */

/* What can be read again without a restart; what is wrong leaves the old in force and is told. */
void service_reload(struct service *service);

/* ---- screens.c ---- */

/* Screening beside live.  EXIT_…: said. */
enum exit_code screens_open(struct service *service);

/* ---- ladders.c ---- */

/* EXIT_…: said. */
enum exit_code ladders_open(struct service *service);

/* ---- moneys.c ---- */

struct moneys_figures {
    struct money_counts counts;
    uint64_t fed;      /* the journal is followed up to here … */
    uint64_t behind;   /* … and so many durable entries are behind it … */
    int64_t behind_ms; /* … since it last was at the end */
    uint64_t missing;  /* entries that no run has and the journal has let go of */
    bool stuck;        /* it follows no more */
};
/* The index under DIR/money and its two threads.  STATUS_FULL, STATUS_IO. */
enum status moneys_open(struct service *service);
void moneys_close(struct service *service);
/* NULL: it does not follow the journal, and nothing is to be asked of it. */
struct money *moneys_money(const struct service *service);
/* For live_listener: from where on the journal is needed. */
uint64_t moneys_needed(void *self);
void moneys_figures(const struct service *service, struct moneys_figures *out);

/* ---- works.c ---- */

/* The machine of work and the thread that fires its clocks.  `why`: one sentence. */
enum status works_open(struct service *service, struct text *why);
/* Its thread, which looks at partners and the outbox: when these are there. */
enum exit_code works_start(struct service *service);
void works_close(struct service *service);
/* Reads number plan and directory again; `why`. */
enum status works_reload(struct service *service, struct text why[TONGUES_COUNT]);
/* The law has changed: spans are asked for anew.  Inside the transaction that changed it.
 * STATUS_FULL: too many packs since the start. */
enum status works_law(struct service *service);
/* For live_listener: calls that have ended. */
/* A document of an item, as struct api_papers asks. */
enum status works_paper(void *self, const struct api_paper_wish *wish, struct arena *request,
                        struct document *out);
void works_hear(void *self, const struct record *records, size_t count);

/* ---- inforce.c ---- */

/* The rules of the book to begin with.  STATUS_ABSENT: it has none.  STATUS_MALFORMED: they do not
 * compile. */
enum status inforce_first(struct service *service, const struct rule_set **set,
                          struct digest *image);
/* For live_library: `self` is the service. */
enum status inforce_recall(void *self, const struct digest *image, struct live_rules *out);
/* Once, when detection runs; then once a second, on the keeping thread. */
void inforce_started(struct service *service);
void inforce_keep(struct service *service);
/* After live and bulletin are closed. */
void inforce_close(struct service *service);

/* ---- retain.c ---- */

/* Once a second, on the keeping thread: some of the alerts that are older than the operator keeps
 * them. */
void retain_alerts(struct service *service, int64_t ticks);

/* ---- readiness.c ---- */

/* Once a second, on the keeping thread. */
void readiness_judge(struct service *service);
bool readiness_write(void *self, struct text *json);

/* ---- recall.c ---- */

/* What was answered and where files are, from its file and the journal behind it. */
enum status receipts_recall(struct service *service);
/* Writes it down. */
enum status receipts_write(struct service *service);

/* ---- notify.c ---- */

/* To whoever started us (systemd), if it asked: "READY=1". */
void notify_manager(const char *state);
/* How often it wants to hear of us; 0: it does not. */
int64_t notify_interval_ms(void);
