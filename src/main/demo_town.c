/* demo_town.c -- a made-up city, moved to today, and told to carriers and banks.
 *
 *     city's time   |------ history ------|===== replay =====|--- as it comes ---|
 *                   0:00                from_ms          from_ms + lag         24:00
 *     ours                              began - lag        the wall
 *
 * Where the replay begins is not written down here: it is where most subjects of the city's own
 * truth are at work, so any seed begins in the middle of something.
 *
 * Rows stand in order of arrival in the city's files, and one that is late stands late; a row
 * arrives at its own time, or with the row before it if that came later.
 *
 * Invariants:  1. Of two rows of one file the first arrives first.
 *              2. Every time of a row is moved by the same span, and nothing else of it changes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "demo.h"

#include "ground/checksum.h"
#include "intake/file.h"
#include "intake/mapping.h"

#include <stdlib.h>

enum {
    FILE_BYTES_MAX = 64 << 20,
    ROWS_MAX = 2000000,
    WINDOW_MS = 20 * MINUTE_MS,
    BEGIN_STEP_MS = 5 * MINUTE_MS,
    BEGIN_FIRST_HOUR = 8,
    BEGIN_LAST_HOUR = 18,
};

/* Files whose rows have a time, in the order in which rows of one moment are handed in. */
static const enum city_file TIMED[] = {CITY_FILE_sims, CITY_FILE_accounts, CITY_FILE_calls,
                                       CITY_FILE_sms,  CITY_FILE_payments, CITY_FILE_reports};

/* ---- rows ---- */

bool town_line(struct slice *rest, struct slice *line)
{
    if (rest->size == 0)
        return false;
    const char *end = memchr(rest->at, '\n', rest->size);
    size_t size = end == NULL ? rest->size : (size_t)(end - rest->at);
    size_t used = end == NULL ? size : size + 1;
    *line = (struct slice){rest->at, size};
    *rest = (struct slice){rest->at + used, rest->size - used};
    return true;
}

/* The next value of a row of a city's file, which has no quotes; false: no more. */
static bool cell_next(struct slice *rest, struct slice *cell)
{
    if (rest->at == NULL)
        return false;
    const char *end = memchr(rest->at, ',', rest->size);
    size_t size = end == NULL ? rest->size : (size_t)(end - rest->at);
    *cell = (struct slice){rest->at, size};
    *rest = end == NULL ? (struct slice){NULL, 0}
                        : (struct slice){rest->at + size + 1, rest->size - size - 1};
    return true;
}

struct slice town_cell(struct slice header, struct slice row, const char *column)
{
    struct slice name, cell;
    while (cell_next(&header, &name) && cell_next(&row, &cell))
        if (slice_equal(name, slice_of(column)))
            return cell;
    return SLICE("");
}

struct slice town_field(const struct town *town, const struct town_row *row, const char *column)
{
    return town_cell(town->header[row->file], row->row, column);
}

static size_t lines_count(struct slice text)
{
    size_t count = 0;
    for (struct slice line; town_line(&text, &line);)
        count++;
    return count;
}

static void rows_add(struct town *town, enum city_file file)
{
    struct slice rest = town->text[file], line, cell, left;
    int64_t arrival = INT64_MIN;
    (void)town_line(&rest, &line); /* the header */
    while (town_line(&rest, &line)) {
        moment at;
        left = line;
        if (!cell_next(&left, &cell) || moment_parse(cell, &at) != STATUS_OK)
            continue;
        if (file == CITY_FILE_calls) /* it is written when it has ended */
            at.ms +=
                SECOND_MS * strtol(town_cell(town->header[file], line, "duration").at, NULL, 10);
        arrival = at.ms > arrival ? at.ms : arrival;
        town->row[town->count] = (struct town_row){arrival, (uint32_t)town->count, file, line};
        town->count++;
    }
}

static int row_compare(const void *one, const void *other)
{
    const struct town_row *a = one, *b = other;
    if (a->arrival_ms != b->arrival_ms)
        return a->arrival_ms < b->arrival_ms ? -1 : 1;
    return a->order < b->order ? -1 : a->order > b->order;
}

/* ---- where it begins ---- */

static unsigned at_work(const struct town *town, int64_t from, int64_t to)
{
    struct slice rest = town->text[CITY_FILE_truth], header = town->header[CITY_FILE_truth], line;
    unsigned count = 0;
    (void)town_line(&rest, &line);
    while (town_line(&rest, &line)) {
        moment first, last;
        if (moment_parse(town_cell(header, line, "time_first"), &first) == STATUS_OK &&
            moment_parse(town_cell(header, line, "time_last"), &last) == STATUS_OK)
            count += last.ms >= from && first.ms < to;
    }
    return count;
}

static int64_t begin_find(const struct town *town, int64_t hours)
{
    struct civil civil = civil_of_moment((moment){town->row[0].arrival_ms}, DEMO_ZONE);
    int64_t midnight =
        (days_of_date(civil.year, civil.month, civil.day) * DAY_MS) - DEMO_ZONE * MINUTE_MS;
    int64_t last = BEGIN_LAST_HOUR < 24 - hours ? BEGIN_LAST_HOUR : 24 - hours;
    int64_t best = midnight + BEGIN_FIRST_HOUR * HOUR_MS;
    unsigned most = 0;
    for (int64_t at = best; at <= midnight + last * HOUR_MS; at += BEGIN_STEP_MS) {
        unsigned count = at_work(town, at, at + WINDOW_MS);
        if (count > most) {
            most = count;
            best = at;
        }
    }
    return best;
}

enum status town_read(struct town *town, const char *folder, int64_t hours, struct arena *arena)
{
    size_t rows = 0;
    for (enum city_file file = 0; file < CITY_FILES_COUNT; file++) {
        char path[PATH_MAX];
        enum disk_fault fault;
        struct text text = text_over(path, sizeof path);
        struct slice rest;
        if (file == CITY_FILE_classes)
            continue;
        text_addf(&text, "%s/%s", folder, city_file_name(file));
        TRY(disk_read_all(path, FILE_BYTES_MAX, arena, &town->text[file], &fault));
        rest = town->text[file];
        (void)town_line(&rest, &town->header[file]);
        rows += lines_count(rest);
    }
    if (rows == 0 || rows > ROWS_MAX)
        return STATUS_FULL;
    TRY(ARENA_NEW(arena, rows, &town->row));
    for (size_t i = 0; i < sizeof TIMED / sizeof TIMED[0]; i++)
        rows_add(town, TIMED[i]);
    qsort(town->row, town->count, sizeof town->row[0], row_compare);
    town->from_ms = begin_find(town, hours);
    town->lag_ms = hours * HOUR_MS;
    return STATUS_OK;
}

void town_begin(struct town *town, moment now)
{
    town->began_ms = now.ms;
    town->shift_ms = now.ms - town->lag_ms - town->from_ms;
}

/* ---- a row of today ---- */

static bool is_time(struct slice column)
{
    return slice_equal(column, SLICE("time")) || slice_equal(column, SLICE("from")) ||
           slice_equal(column, SLICE("until"));
}

static void add_moved(struct text *text, const struct town *town, struct slice cell)
{
    moment at;
    if (moment_parse(cell, &at) == STATUS_OK)
        text_add_moment(text, (moment){at.ms + town->shift_ms}, DEMO_ZONE);
    else
        text_add(text, cell);
}

void town_add_json(struct text *text, const struct town *town, enum city_file file,
                   struct slice row)
{
    struct slice header = town->header[file], name, cell;
    enum record_kind kind = kind_by_name(slice_of(city_file_name(file)));
    must(kind != RECORD_KINDS_COUNT);
    text_addf(text, "{\"kind\":\"%s\"", kind_schema(kind)->name);
    while (cell_next(&header, &name) && cell_next(&row, &cell)) {
        if (cell.size == 0)
            continue;
        text_addf(text, ",\"%.*s\":", (int)name.size, name.at);
        if (is_time(name)) {
            text_add_char(text, '"');
            add_moved(text, town, cell);
            text_add_char(text, '"');
        } else {
            text_add_json(text, cell);
        }
    }
    text_add_string(text, "}\n");
}

/* ---- what somebody who lost money tells ---- */

struct slice town_account(const struct town *town, struct slice phone)
{
    struct slice rest = town->text[CITY_FILE_persons], header = town->header[CITY_FILE_persons],
                 line;
    while (town_line(&rest, &line))
        if (slice_equal(town_cell(header, line, "phone"), phone))
            return town_cell(header, line, "account");
    return SLICE("");
}

static bool is_through(const struct town *town, struct slice account)
{
    struct slice rest = town->text[CITY_FILE_truth], header = town->header[CITY_FILE_truth], line;
    while (town_line(&rest, &line)) {
        struct slice label = town_cell(header, line, "label");
        if (slice_equal(town_cell(header, line, "subject"), account) &&
            (slice_equal(label, SLICE("mule")) || slice_equal(label, SLICE("cash_out"))))
            return true;
    }
    return false;
}

const struct town_row *town_loss(const struct town *town, struct slice account, int64_t until_ms)
{
    const struct town_row *found = NULL;
    double most = 0;
    for (size_t i = 0; account.size > 0 && i < town->count; i++) {
        const struct town_row *row = &town->row[i];
        if (row->arrival_ms > until_ms)
            break;
        if (row->file != CITY_FILE_payments ||
            !slice_equal(town_field(town, row, "payer"), account) ||
            !is_through(town, town_field(town, row, "payee")))
            continue;
        double amount = strtod(town_field(town, row, "amount").at, NULL);
        if (amount > most) {
            most = amount;
            found = row;
        }
    }
    return found;
}

struct slice town_victim(const struct town *town, unsigned nth, int64_t until_ms)
{
    struct slice rest = town->text[CITY_FILE_truth], header = town->header[CITY_FILE_truth], line;
    struct slice persons = town->header[CITY_FILE_persons];
    while (town_line(&rest, &line)) {
        struct slice who = town_cell(header, line, "subject"), person;
        struct slice all = town->text[CITY_FILE_persons];
        if (!slice_equal(town_cell(header, line, "label"), SLICE("victim")))
            continue;
        while (town_line(&all, &person) && !slice_starts(person, who))
            ;
        if (!slice_starts(person, who))
            continue;
        struct slice account = town_cell(persons, person, "account");
        if (town_loss(town, account, until_ms) != NULL && nth-- == 0)
            return town_cell(persons, person, "phone");
    }
    return SLICE("");
}

/* ---- what carriers and banks know ---- */

static uint64_t number_of(struct slice of, unsigned purpose)
{
    const struct slice parts[] = {of, {(const char *)&purpose, sizeof purpose}};
    struct digest digest = digest_of(parts, 2);
    uint64_t number = 0;
    for (unsigned i = 0; i < sizeof number; i++)
        number = number << 8 | digest.bytes[i];
    return number;
}

void town_add_name(struct text *text, struct slice of)
{
    static const char *const FAMILY[] = {"赵", "钱", "孙", "李", "周", "吴", "郑", "王",
                                         "冯", "陈", "褚", "卫", "蒋", "沈", "韩", "杨"};
    static const char *const GIVEN[] = {"一鸣", "二水", "三丰", "小四", "五洲", "六合",
                                        "七巧", "八方", "九思", "十全", "百川", "千里",
                                        "万里", "亿同", "兆丰", "京生"};
    uint64_t number = number_of(of, 1);
    text_add_string(text, FAMILY[number % 16]);
    text_add_string(text, GIVEN[number / 16 % 16]);
}

unsigned town_bank(struct slice bank)
{
    unsigned number = 0;
    for (size_t i = 0; i < bank.size; i++)
        if (bank.at[i] >= '0' && bank.at[i] <= '9')
            number = number * 10 + (unsigned)(bank.at[i] - '0');
    return number % DEMO_BANKS;
}

/* Names that were seen already, by digest. */
struct seen {
    uint64_t *key;
    size_t places;
};

static enum status seen_create(struct seen *seen, size_t count, struct arena *arena)
{
    seen->places = 2 * count + 16;
    return ARENA_NEW(arena, seen->places, &seen->key);
}

/* Whether it is new. */
static bool seen_add(struct seen *seen, struct slice name)
{
    uint64_t key = number_of(name, 2) | 1;
    size_t at = key % seen->places;
    while (seen->key[at] != 0 && seen->key[at] != key)
        at = at + 1 == seen->places ? 0 : at + 1;
    if (seen->key[at] == key)
        return false;
    seen->key[at] = key;
    return true;
}

static struct slice region_of_cell(const struct town *town, struct slice cell)
{
    struct slice rest = town->text[CITY_FILE_cells], header = town->header[CITY_FILE_cells], line;
    while (town_line(&rest, &line))
        if (slice_starts(line, cell) && line.size > cell.size && line.at[cell.size] == ',')
            return town_cell(header, line, "region");
    return SLICE("");
}

static struct slice name_of_region(const struct town *town, struct slice region)
{
    struct slice rest = town->text[CITY_FILE_regions], line;
    while (town_line(&rest, &line))
        if (slice_starts(line, region))
            return town_cell(town->header[CITY_FILE_regions], line, "name");
    return SLICE("");
}

/* number,document,opened,outlet,address,place,imei,cell */
static void add_line(struct text *text, const struct town *town, const struct town_row *row,
                     struct slice number)
{
    static const char *const STREET[] = {"春融街", "人民路", "青年路",
                                         "滇池路", "学府路", "环城路"};
    struct slice cell = town_field(town, row, "cell");
    struct slice region = region_of_cell(town, cell);
    struct slice name = name_of_region(town, region);
    uint64_t chance = number_of(number, 3), house = number_of(cell, 4);
    text_addf(text, "%.*s,53010219%02u%02u%02u%03u%u,20%02u-%02u-%02u,o%04u,", (int)number.size,
              number.at, (unsigned)(60 + chance % 40), (unsigned)(1 + chance / 64 % 12),
              (unsigned)(1 + chance / 1024 % 28), (unsigned)(chance / 65536 % 1000),
              (unsigned)(chance >> 40) % 10, (unsigned)(15 + (chance >> 44) % 11),
              (unsigned)(1 + (chance >> 48) % 12), (unsigned)(1 + (chance >> 52) % 28),
              (unsigned)((chance >> 20) % 60));
    if (name.size != 0)
        text_addf(text, "云南省昆明市%.*s%s%u号", (int)name.size, name.at, STREET[house % 6],
                  (unsigned)(1 + house / 8 % 300));
    text_addf(text, ",%.*s,%.*s,%.*s\n", (int)region.size, region.at,
              (int)town_field(town, row, "imei").size, town_field(town, row, "imei").at,
              (int)cell.size, cell.at);
}

/* Lines by the network code of their SIM card: China Mobile's are the first carrier's. */
static bool is_line_of(struct slice imsi, unsigned carrier)
{
    bool first = slice_starts(imsi, SLICE("46000")) || slice_starts(imsi, SLICE("46002"));
    return imsi.size != 0 && first == (carrier == 0);
}

static enum status write_text(const char *path, struct text *text)
{
    return text->full ? STATUS_FULL : folder_put(path, text_slice(text));
}

enum status town_write_lines(const struct town *town, const char *path, unsigned carrier,
                             struct arena *arena)
{
    enum { LINE_BYTES = 320 };
    struct seen seen;
    char *bytes;
    size_t room = 4096 + town->count * LINE_BYTES / 4;
    TRY(seen_create(&seen, town->count, arena));
    TRY(arena_take(arena, room, (void **)&bytes));
    struct text text = text_over(bytes, room);
    text_add_string(&text, "number,document,opened,outlet,address,place,imei,cell\n");
    for (size_t i = 0; i < town->count; i++) {
        const struct town_row *row = &town->row[i];
        bool sms = row->file == CITY_FILE_sms;
        if (row->file != CITY_FILE_calls && !sms)
            continue;
        struct slice number = town_field(town, row, sms ? "sender" : "caller");
        if (is_line_of(town_field(town, row, "imsi"), carrier) && seen_add(&seen, number))
            add_line(&text, town, row, number);
    }
    return write_text(path, &text);
}

/* Receivers' accounts of one bank, and the payments to them. */
static enum status write_transfers(const struct town *town, const char *path, unsigned bank,
                                   struct text *text)
{
    text_add_string(text, "payer,payee,amount,time,payee_name,payee_bank\n");
    for (size_t i = 0; i < town->count; i++) {
        const struct town_row *row = &town->row[i];
        struct slice payer = town_field(town, row, "payer"), payee = town_field(town, row, "payee");
        struct slice amount = town_field(town, row, "amount");
        struct slice to = town_field(town, row, "payee_bank");
        bool ours = town_bank(to) == bank || town_bank(town_field(town, row, "payer_bank")) == bank;
        if (row->file != CITY_FILE_payments || !ours || payee.size == 0 || payer.size == 0)
            continue;
        text_addf(text, "%.*s,%.*s,%.*s,", (int)payer.size, payer.at, (int)payee.size, payee.at,
                  (int)amount.size, amount.at);
        add_moved(text, town, town_field(town, row, "time"));
        text_add_char(text, ',');
        town_add_name(text, payee);
        text_addf(text, ",%.*s\n", (int)to.size, to.at);
    }
    return write_text(path, text);
}

enum status town_write_books(const struct town *town, const char *folder, unsigned bank,
                             struct arena *arena)
{
    enum { TRANSFER_BYTES = 200 };
    char path[PATH_MAX], *bytes;
    struct seen seen;
    size_t room = 4096 + town->count * TRANSFER_BYTES;
    struct text where = text_over(path, sizeof path);
    TRY(seen_create(&seen, town->count, arena));
    TRY(arena_take(arena, room, (void **)&bytes));
    struct text text = text_over(bytes, room);
    text_add_string(&text, "number,name,balance\n");
    for (size_t i = town->count; i-- > 0;) { /* the newest payment tells what is there */
        const struct town_row *row = &town->row[i];
        struct slice payee = town_field(town, row, "payee");
        struct slice amount = town_field(town, row, "amount");
        if (row->file != CITY_FILE_payments || payee.size == 0 ||
            town_bank(town_field(town, row, "payee_bank")) != bank || !seen_add(&seen, payee))
            continue;
        text_addf(&text, "%.*s,", (int)payee.size, payee.at);
        town_add_name(&text, payee);
        text_addf(&text, ",%.*s\n", (int)amount.size, amount.at);
    }
    text_addf(&where, "%s/accounts.csv", folder);
    TRY(write_text(path, &text));
    text = text_over(bytes, room);
    where = text_over(path, sizeof path);
    text_addf(&where, "%s/transfers.csv", folder);
    return write_transfers(town, path, bank, &text);
}
