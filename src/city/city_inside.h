/* city_inside.h -- what the files of the city share.  Nobody outside the room includes it.
 *
 * The files stand on each other; a file calls only files that are listed above it:
 *
 *   words         names of files, labels, classes
 *   dice          draws that are the same on any machine
 *   calendar      what will arrive, by the minute
 *   numbers       phone, SIM, handset and account numbers that belong to nobody
 *   places        regions, sites, cells, trunks
 *   marks         what fraud touched; who shows which innocent behaviour
 *   people        residents, their circles, lines, accounts
 *   firms         employers, shops, offices
 *   wire          what happens, on its way to being a record
 *   life_calls    everybody's calls and messages
 *   life_trades   trades that call strangers
 *   life_offices  schools, call centres, alarms
 *   life_money    everybody's payments
 *   life_tills    trades that take money
 *   crew          mules, from the victim's money to cash
 *   victim        one person being worked on
 *   reach         callers: boxes, phones, trunks
 *   lure          messages, bait calls, the net
 *   campaign      one scheme: its scam, means, hours, crew
 *   rows          one thing in one CSV line
 *   output        the files, in the order of arrival
 *   city          everything in its order
 *
 * That is more files than a room should have.  They are one noun each and short, they share the one
 * `struct city`, and outside the room nobody needs any of them but city.h: rooms of their own would
 * have faces that nobody else looks at.
 *
 * Times are epoch milliseconds in a variable that ends in `_ms`.  Money is fen.  A stream of
 * chance is made for each purpose and day, so that one more draw in one place changes nothing in
 * another. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "city.h"
#include "ground/arena.h"
#include "ground/chance.h"
#include "ground/disk.h"
#include <assert.h>

#define NONE UINT32_MAX

enum {
    ZONE_MINUTES = 480,
    TAIL_MINUTES = 240, /* the last records of a run arrive this long after its end at most */
    OPERATORS_COUNT = 3,
    CIRCLE_SIZE = 8, /* acquaintances outside the household */
    HOUSEHOLD_MAX = 5,
    TRUNKS_COUNT = 32,
    TRUNK_NONE = 0,
};

#define YUAN     INT64_C(100)
#define YEAR_NOW 2026

/* ---- dice.c: only + - * / and integers, because the last bit of libm differs between machines
 * ---- */

bool dice_yes(struct chance *c, double probability);
/* low .. high, both included. */
int64_t dice_whole(struct chance *c, int64_t low, int64_t high);
double dice_log_uniform(struct chance *c, double low, double high);
int64_t dice_log_whole(struct chance *c, double low, double high);
double dice_log_normal(struct chance *c, double median, double sigma);
uint32_t dice_count(struct chance *c, double mean); /* Poisson */
/* An index into `weights`, in proportion. */
uint32_t dice_weighted(struct chance *c, const uint16_t *weights, uint32_t count);
/* A time of day in ms, in proportion to 24 weights. */
int64_t dice_time_of_day(struct chance *c, const uint16_t hours[24]);
/* A bijection of 64-bit words: names made of numbers. */
uint64_t dice_mix(uint64_t word);

/* ---- calendar.c ---- */

enum happening_kind {
    HAPPENING_CALL,
    HAPPENING_SMS,
    HAPPENING_SIM,
    HAPPENING_ACCOUNT,
    HAPPENING_PAYMENT,
    HAPPENING_REPORT,
    HAPPENING_KINDS_COUNT
};

enum call_result { CALL_ANSWERED, CALL_BUSY, CALL_NO_ANSWER, CALL_FAILED, CALL_BLOCKED };
enum channel { CHANNEL_MOBILE, CHANNEL_WEB, CHANNEL_COUNTER, CHANNEL_ATM, CHANNEL_POS, CHANNEL_QR };
enum sim_event { SIM_ACTIVATED, SIM_SWAPPED, SIM_SUSPENDED, SIM_RESTORED, SIM_CANCELLED };
enum account_event { ACCOUNT_OPENED, ACCOUNT_CLOSED, ACCOUNT_LIMITED, ACCOUNT_RESTORED };

/* One thing that happened: 64 bytes, because a day of a million people is fifteen million of them.
 * Phones are numbers, with PHONE_PLUS where E.164 writes `+`; 0 and NONE mean unknown. */
#define PHONE_PLUS (UINT64_C(1) << 62)

struct happening {
    int64_t at_ms;
    union {
        struct {
            uint64_t from, to, imsi, imei;
            uint32_t talk_ms, cell;
            uint16_t trunk;
            uint8_t result;
        } call;
        struct {
            uint64_t from, to, imsi, imei, template;
            uint32_t cell;
            uint16_t url;
        } sms;
        struct {
            uint64_t number, imsi;
            uint32_t person, outlet;
            uint16_t region;
            uint8_t event;
        } sim;
        struct {
            uint32_t account, person, outlet;
            uint16_t region;
            uint8_t event;
        } account;
        struct {
            uint64_t id;
            int64_t amount;
            uint32_t payer, payee, device, ip;
            uint8_t channel;
        } payment;
        struct {
            uint32_t index; /* of city->reports */
        } report;
    };
    uint16_t offset_ms; /* of the arrival, within its minute */
};
static_assert(sizeof(struct happening) == 64);

struct calendar;
enum status calendar_create(struct calendar **out, uint32_t minutes, struct arena *boot);
void calendar_destroy(struct calendar *calendar);
/* A place for one more happening of that minute, or NULL when memory is out: then it is `full`
 * for good. */
struct happening *calendar_add(struct calendar *calendar, enum happening_kind kind,
                               uint32_t minute);
bool calendar_full(const struct calendar *calendar);
/* Hands over the minute's happenings in order of arrival and forgets them.  The minute is
 * closed. */
struct happening_sink {
    enum status (*take)(void *self, enum happening_kind kind, const struct happening *happening);
    void *self;
};
enum status calendar_close_minute(struct calendar *calendar, uint32_t minute,
                                  struct happening_sink sink);

/* ---- numbers.c ---- */

/* Models of handsets, by their TAC: phones, then gateways, then modules in things. */
enum {
    TACS_GATEWAY = 96,
    TACS_THING = 108,
    TACS_COUNT = 114,
    KNOWN_GATEWAY_TACS_COUNT = 6, /* of the gateways', known to the lists */
    IMEI_FORMS_COUNT = 3,
    BANKS_COUNT = 14,
};

struct numbers {
    uint64_t key;
    uint32_t mobiles[OPERATORS_COUNT], fixed, fixed_elsewhere, foreign, imsis, accounts, things;
    uint32_t tacs[TACS_COUNT], imeis[TACS_COUNT];
};

void numbers_init(struct numbers *numbers, uint64_t seed);
uint64_t number_mobile(struct numbers *numbers, uint32_t operator);
uint64_t number_fixed(struct numbers *numbers);
uint64_t number_fixed_elsewhere(struct numbers *numbers);
uint64_t number_foreign(struct numbers *numbers, struct chance *c);
uint64_t number_thing(struct numbers *numbers);
uint64_t number_imsi(struct numbers *numbers, uint32_t operator);
/* 14 digits under the TAC of that model. */
uint64_t number_imei(struct numbers *numbers, uint32_t model);
uint32_t number_phone_model(struct chance *c);
/* The digits as a switch writes them: check digit 0, the right check digit, or 16 digits with a
 * version. */
uint64_t number_imei_written(uint64_t imei14, uint32_t form);
uint64_t number_account(struct numbers *numbers, uint32_t bank);

/* ---- places.c ---- */

struct region {
    uint32_t code;
    const char *name;
    uint32_t population;
};
struct site { /* a mast: one cell for each operator */
    int32_t lat_e5, lon_e5;
    uint16_t region;
};
struct places {
    struct region *regions;
    uint32_t regions_count, regions_here_count;
    struct site *sites;
    uint32_t sites_count, row_size;
};
struct city;
enum status places_make(struct city *city);
/* A site at most `steps` steps away. */
uint32_t site_near(const struct places *places, struct chance *c, uint32_t site, uint32_t steps);
uint32_t site_any(const struct places *places, struct chance *c);
static inline uint32_t cell_of_site(uint32_t site, uint32_t operator)
{
    return site * OPERATORS_COUNT + operator;
}
enum trunk_group { TRUNK_NATIONAL, TRUNK_FIXED, TRUNK_SERVICE, TRUNK_INTERNATIONAL };
uint16_t trunk_any(struct chance *c, enum trunk_group group);
void text_add_trunk(struct text *text, uint16_t trunk);

/* ---- marks.c: a table of (subject, mark): for labels, and for the census of innocent
 * behaviours ---- */

enum subject_kind { SUBJECT_PHONE, SUBJECT_IMEI, SUBJECT_ACCOUNT, SUBJECT_PERSON, SUBJECT_DEVICE };

/* What a record shows of a subject; bits, because a subject gathers them. */
enum trace {
    TRACE_TRY = 1,     /* dialled or rang, and nobody spoke */
    TRACE_TALK = 2,    /* spoke in a call */
    TRACE_TEXT = 4,    /* sent a message of the campaign; a victim: got one */
    TRACE_TAKEN = 8,   /* took money */
    TRACE_PAID = 16,   /* paid money */
    TRACE_BAIT = 32,   /* a small gift to a victim */
    TRACE_ASIDE = 64,  /* replied, reported, was called back */
    TRACE_OTHER = 128, /* another's account paid, a firm's or a parent's */
};

struct mark_row {
    uint64_t subject; /* number, IMEI of 14 digits, index of account or person */
    int64_t first_ms, last_ms;
    int64_t money; /* taken */
    uint32_t campaign;
    uint32_t deeds; /* tries, talks, texts and takings */
    uint8_t kind, mark, traces;
};
struct marks;
enum status marks_create(struct marks **out, struct arena *boot);
void marks_destroy(struct marks *marks);
/* Adds the row, or adds it to the one with this kind, subject and mark: first .. last widens,
 * traces, deeds and money gather; the campaign is that of the first touch. */
void marks_touch(struct marks *marks, const struct mark_row *row);
/* Memory ran out, and touches were lost. */
bool marks_full(const struct marks *marks);
/* In the order of adding. */
uint32_t marks_count(const struct marks *marks);
const struct mark_row *marks_at(const struct marks *marks, uint32_t index);

struct touch {
    uint64_t subject;
    int64_t at_ms;
    uint32_t campaign;
    enum trace trace;
    int64_t money; /* of TRACE_TAKEN */
};
/* Fraud touched the subject; the label decides the kind of subject. */
void truth_touch(struct city *city, enum city_label label, struct touch touch);
/* The records show enough of the subject that somebody could go by it: only then is it labelled. */
bool truth_is_earned(const struct mark_row *row);
/* An innocent subject shows a behaviour. */
void census_add(struct city *city, enum city_class class, enum subject_kind kind, uint64_t subject);

/* ---- people.c ---- */

struct line {
    uint64_t number, imsi, imei; /* imei: 14 digits; 0 for a line that is not ours */
    uint32_t person;
    uint8_t operator;
    uint8_t form; /* how its switch writes the IMEI */
};

struct account {
    uint64_t number;
    int64_t balance;
    uint32_t person; /* NONE: a firm */
    uint8_t bank;
    bool shown; /* its bank tells balances */
};

struct person {
    uint32_t line, line_second; /* NONE where there is none */
    uint32_t account, account_second;
    uint32_t household, employer, landlord;
    uint32_t home, work; /* sites; of somebody elsewhere: NONE */
    uint32_t circle[CIRCLE_SIZE];
    float calls_a_day, spending; /* spending: 1 = ordinary */
    uint16_t region, born;
    uint8_t household_size, trade; /* enum city_class */
    uint8_t operator;
    bool woken; /* the second account sleeps */
    uint32_t
        busy; /* the newest stretch of city->stretches in which nothing else is done, or NONE */
};

enum office_kind {
    OFFICE_CALL_CENTRE,
    OFFICE_POLICE_LINE,
    OFFICE_GSM_TERMINAL,
    OFFICE_SCHOOL,
    OFFICE_HOSPITAL,
    OFFICE_CONFERENCE,
    OFFICE_ALARM,
    OFFICE_KINDS_COUNT
};

struct office {
    enum office_kind kind;
    uint64_t numbers[4]; /* what it calls from */
    uint64_t sms_number; /* 106… */
    uint64_t imsi[4], imei;
    uint64_t calls_only; /* an alarm's one number */
    uint32_t cell;       /* NONE: a fixed line, by a trunk */
    uint16_t trunk;
    uint8_t numbers_count;
    float calls_a_day;
};

struct firm { /* employer, shop, utility, lender */
    uint32_t account;
    uint32_t staff_count;
    uint32_t site;
    uint8_t payday; /* of 22 working days */
    bool shop, online, gold, lender;
    float charm; /* share of the customers */
};

enum status people_make(struct city *city);
enum status firms_make(struct city *city);
bool person_is_here(const struct city *city, uint32_t person);
/* Residents only. */
uint32_t person_any(const struct city *city, struct chance *c);
uint32_t person_elsewhere(const struct city *city, struct chance *c);
uint32_t person_adult(const struct city *city, struct chance *c);
/* Somebody the person knows: household, circle, or a relative elsewhere. */
uint32_t person_friend(const struct city *city, struct chance *c, uint32_t person);
/* Where the person is likely to be. */
uint32_t person_site(const struct city *city, struct chance *c, uint32_t person, int64_t at_ms);
/* The phone from which a person pays: for some of the young and old, that of the household's
 * first. */
uint32_t person_device(struct city *city, uint32_t person);
/* In a long talk, or with a dead SIM: until then the person makes no other call. */
void person_keep_busy(struct city *city, uint32_t person, int64_t from_ms, int64_t to_ms);
bool person_is_busy(const struct city *city, uint32_t person, int64_t at_ms);
/* The address from which a person pays. */
uint32_t person_ip(struct chance *c, uint32_t person, uint32_t household);
/* A new account of `person` (NONE: of a firm).  NONE when the table is full. */
uint32_t account_mint(struct city *city, uint32_t person, int64_t balance);
/* A new SIM; `imei` 14 digits. */
uint32_t line_mint(struct city *city, uint32_t person, uint32_t operator, uint64_t imei);
uint32_t shop_any(const struct city *city, struct chance *c);

/* ---- wire.c ---- */

struct voice {                   /* whence a call or a message comes */
    uint64_t number, imsi, imei; /* imei as written */
    uint32_t cell;
    uint16_t trunk;
};

/* A foreign number never seen before, by an international trunk. */
struct voice voice_from_abroad(struct city *city, struct chance *c);
/* A sender of codes and advertisements: 106 and more. */
enum { SENDERS_COUNT = 220 };
struct voice voice_of_sender(struct chance *c, uint64_t sender);

struct report {
    uint64_t phones[4], accounts_count;
    uint32_t accounts[8];
    uint32_t person;
    int64_t amount;
    uint8_t phones_count, scam; /* 1 = T01 */
};

struct voice voice_of_line(struct city *city, struct chance *c, uint32_t line, uint32_t site);
/* A person's main line, from where the person is; of somebody elsewhere, by a national trunk. */
struct voice voice_of_person(struct city *city, struct chance *c, uint32_t person, int64_t at_ms);
uint64_t person_number(const struct city *city, uint32_t person);

/* Each of these drops what lies outside the run, and says whether it was told. */
bool tell_call(struct city *city, int64_t at_ms, const struct voice *from, uint64_t to,
               int64_t talk_ms);
bool tell_no_call(struct city *city, int64_t at_ms, const struct voice *from, uint64_t to,
                  enum call_result result);
struct message {
    uint64_t template;
    uint16_t url; /* 0: none */
};
bool tell_sms(struct city *city, int64_t at_ms, const struct voice *from, uint64_t to,
              struct message message);
struct payment {
    uint32_t payer, payee; /* NONE: cash */
    int64_t amount;
    enum channel channel;
    uint32_t device, ip; /* NONE, 0: unknown */
};
bool tell_payment(struct city *city, int64_t at_ms, const struct payment *payment);
/* From the person's main account and phone, or from a firm's. */
struct payment payment_of_person(struct city *city, struct chance *c, uint32_t person);
struct payment payment_of_firm(struct city *city, uint32_t firm);
bool tell_sim(struct city *city, int64_t at_ms, uint32_t line, enum sim_event event,
              uint32_t outlet);
bool tell_account(struct city *city, int64_t at_ms, uint32_t account, enum account_event event,
                  uint32_t outlet);
bool tell_report(struct city *city, int64_t at_ms, const struct report *report);
/* A payment from one person to another from the payer's own phone. */
bool tell_transfer(struct city *city, struct chance *c, int64_t at_ms, uint32_t from, uint32_t to,
                   int64_t amount);
/* A call between people with ordinary chances: seven of ten are answered, most talk under a
 * minute. */
void tell_chat(struct city *city, struct chance *c, int64_t at_ms, const struct voice *from,
               uint64_t to);

/* ---- life: one day each ---- */

struct day {
    uint32_t number;
    int64_t start_ms;
    bool weekend;
};
/* How often a thing of that rate (per resident and day) happens today; on the first day at least
 * once, so that every behaviour is there. */
uint32_t times_today(const struct city *city, struct chance *c, struct day day, double rate);
void life_calls_day(struct city *city, struct day day);
void life_trades_day(struct city *city, struct day day);
void life_offices_day(struct city *city, struct day day);
void life_money_day(struct city *city, struct day day);
void life_tills_day(struct city *city, struct day day);

/* ---- crew.c: mules, from the victim's money to cash ---- */

enum { CREW_LEVELS_MAX = 3, CREW_WIDTH_MAX = 12 };

enum crew_exit { EXIT_ATM, EXIT_COUNTER, EXIT_FALSE_SHOP, EXIT_GOLD, EXIT_COINS, EXITS_COUNT };

struct mule {
    uint32_t account;
    bool watched;        /* it is drawn whether and when its bank notices */
    int64_t limited_ms;  /* from then on nothing leaves; INT64_MAX: never */
    int64_t pot, pot_ms; /* money that waits to be passed on, and since when at the latest */
    bool taken;          /* money came in, in the run */
};

struct crew {
    uint32_t campaign;
    uint32_t levels_count;
    uint32_t counts[CREW_LEVELS_MAX];
    struct mule mules[CREW_LEVELS_MAX][CREW_WIDTH_MAX];
    struct mule exits[CREW_WIDTH_MAX];
    enum crew_exit exit_kinds[CREW_WIDTH_MAX];
    uint32_t exits_count;
    double rest_ms_low, rest_ms_high; /* how long money stays */
    double kept;                      /* share that stays behind at each step, at most */
    double pools;                     /* how often money waits for more */
    double parts_mean;
    int64_t splits_from; /* a smaller sum is not worth a second payment */
    uint32_t device, ip; /* of the one who operates the accounts; NONE: each has its own */
    bool tests;          /* a small sum first */
    bool runners;        /* the first level rents out its QR codes */
};

enum status crew_make(struct city *city, struct chance *c, struct crew **out, uint32_t campaign,
                      bool evasive, int64_t start_ms);
/* The victim's money comes in at a first-level account, and goes its way.  `payment` says from
 * whom, how much and how; its payee is chosen here, by `which`, and returned.  NONE: it lay
 * outside the run. */
uint32_t crew_take(struct city *city, struct chance *c, struct crew *crew, struct payment payment,
                   int64_t at_ms, uint32_t which);
/* A first-level account pays the victim: the bait of rebates and first withdrawals.  Mostly it is
 * the one that the victim pays, `which`, or another that takes money. */
struct gift {
    uint32_t person, which;
    int64_t amount, at_ms;
};
bool crew_give(struct city *city, struct chance *c, struct crew *crew, struct gift gift);
/* Runners also take money of gamblers and other strangers, between the two times. */
void crew_run(struct city *city, struct chance *c, struct crew *crew, int64_t from_ms,
              int64_t to_ms);

/* ---- campaign: one scheme; scams.inc has a row for each type of domain.md 7.1 ---- */

enum { SCAMS_COUNT = 10, DESKS_MAX = 4, RECENT_MAX = 16 };

struct target { /* somebody to be dialled; NONE: outside, the records know only the number */
    uint64_t number;
    uint32_t person;
};

struct campaign {
    uint32_t number;
    uint32_t scam; /* 0 = T01 */
    bool evasive;
    int64_t start_ms, end_ms; /* of the reaching */
    double hour_from, hours;  /* working hours of a day, in the city's time */
    double engaged;           /* share of the answered with whom it becomes more than a hook */
    double answered;          /* share of the dialled who answer */
    double here;              /* share of the dialled who live here */
    double hook_ms;           /* median talk with those who hang up */
    double skill;             /* multiplies the share of the engaged who pay */
    struct crew *crew;
    struct voice desks[DESKS_MAX]; /* numbers for the long talks after the hook */
    uint32_t desks_count;
    uint32_t dialled, dialled_max;
    double redials; /* share of calls to somebody dialled before */
    struct target recent[RECENT_MAX];
    uint32_t recent_count;
};

/* ---- victim.c ---- */

struct contact { /* how it began; at_ms in the run or not */
    struct voice voice;
    int64_t at_ms, over_ms;
    bool by_text, replied; /* a message; and a record shows the answer */
};
/* How long the talk is with somebody who believes it. */
int64_t victim_talk_ms(const struct campaign *campaign, struct chance *c);
/* Somebody believes it: what follows, to the report.  The contact may be without a call: then
 * voice.number is 0 and the first trace is what follows. */
void victim_work(struct city *city, struct chance *c, struct campaign *campaign, uint32_t person,
                 struct contact contact);
/* Somebody whom this scam would look for. */
uint32_t victim_pick(const struct city *city, struct chance *c, const struct campaign *campaign);

/* ---- reach.c: by call;  lure.c: by message, bait and net ---- */

struct voice reach_foreign_voice(struct city *city, struct chance *c);
/* One campaign shows at most so many numbers or handsets: no campaign is a label of its own. */
enum { NUMBERS_MAX = 96 };
uint32_t reach_numbers_max(const struct city *city);
/* The next moment of the campaign's working hours, at_ms itself if it lies in them. */
int64_t reach_working(const struct city *city, const struct campaign *campaign, int64_t at_ms);
void reach_by_gateway(struct city *city, struct chance *c, struct campaign *campaign);
void reach_by_relay(struct city *city, struct chance *c, struct campaign *campaign);
void reach_by_trunk(struct city *city, struct chance *c, struct campaign *campaign);
void reach_by_sms(struct city *city, struct chance *c, struct campaign *campaign);
void reach_by_net(struct city *city, struct chance *c, struct campaign *campaign);
void reach_wangiri(struct city *city, struct chance *c, struct campaign *campaign);

/* ---- campaign.c ---- */

/* Plans and tells all fraud of the run. */
enum status campaigns_make(struct city *city);

/* ---- rows.c: one thing as one CSV line ---- */

enum { ROW_MAX = 768, DATES_KEPT = 256 };
struct row_writer {
    const struct city *city;
    struct { /* "2026-03-02T09:15:" of the minutes last written */
        int64_t minute;
        char text[24];
    } dates[DATES_KEPT];
};
void row_of_happening(struct row_writer *writer, struct text *text, enum happening_kind kind,
                      const struct happening *happening);
void row_of_person(struct row_writer *writer, struct text *text, uint32_t person);
void row_of_cell(struct row_writer *writer, struct text *text, uint32_t cell);
void row_of_region(struct row_writer *writer, struct text *text, uint32_t region);
void row_of_truth(struct row_writer *writer, struct text *text, const struct mark_row *row);
void row_of_class(struct row_writer *writer, struct text *text, const struct mark_row *row);
void text_add_digits(struct text *text, uint64_t number);
void text_add_phone(struct text *text, uint64_t phone);

/* ---- output.c: the files, in the order of arrival ---- */

struct output;
/* Begins the files.  After a failure, and in any case at the end, output_destroy. */
enum status output_create(struct output **out, struct city *city, const char *directory);
enum status output_registers(struct output *output);
/* Closes the minute of the calendar and writes what arrived in it. */
enum status output_minute(struct output *output, uint32_t minute);
enum status output_truth(struct output *output);
/* All files appear under their names. */
enum status output_commit(struct output *output);
void output_destroy(struct output *output);

/* ---- the city ---- */

struct stretch {
    int64_t from_ms, to_ms;
    uint32_t older; /* of the same person, or NONE */
};

struct relative {
    uint32_t person;
    uint64_t number;
};

struct city {
    struct city_options options;
    struct city_counts *counts;
    struct arena *boot;
    struct chance root, wire;
    int64_t start_ms, end_ms;
    uint32_t minutes_count; /* with the tail */
    uint32_t closed;        /* minutes that are already written */
    struct numbers numbers;
    struct places places;
    struct calendar *calendar;
    struct marks *truth, *census;
    struct person *people;
    uint32_t people_count, everyone_count; /* residents; and those elsewhere */
    struct line *lines;
    uint32_t lines_count, lines_max;
    struct account *accounts;
    uint32_t accounts_count, accounts_max;
    struct firm *firms;
    uint32_t firms_count;
    uint32_t *shops; /* a table by charm: an even draw is a fair one */
    uint32_t shops_count;
    struct office *offices;
    uint32_t offices_count;
    uint32_t *trade_people[CITY_CLASSES_COUNT];
    uint32_t trade_counts[CITY_CLASSES_COUNT];
    struct report *reports;
    uint32_t reports_count, reports_max;
    struct stretch *stretches;
    uint32_t stretches_count, stretches_max;
    struct relative *relatives; /* abroad */
    uint32_t relatives_count;
    uint64_t payments_count;
    bool full; /* memory or a table ran out; looked at once a day */
};

struct chance city_stream(const struct city *city, uint32_t purpose, uint64_t a, uint64_t b);
enum stream {
    STREAM_PLACES = 1,
    STREAM_PEOPLE,
    STREAM_FIRMS,
    STREAM_OFFICES,
    STREAM_CALLS,
    STREAM_TRADES,
    STREAM_OFFICE_DAY,
    STREAM_MONEY,
    STREAM_TILLS,
    STREAM_ODD,
    STREAM_CAMPAIGN,
    STREAM_RUNNER,
    STREAM_WIRE,
    STREAM_REPEAT,
};
