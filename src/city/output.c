/* output.c -- the files of the city, in the order in which records arrive.
 *
 *     calendar ── minute by minute ──> rows ──> a buffer for each file ──> ground/disk
 *                                       │
 *                                       └─ one in a thousand waits and is written again
 *
 * Balances are kept here, because only here payments come in one order.  Who pays more than there
 * is had money somewhere that no record shows: it is added without a record, so that no balance is
 * ever below zero.
 *
 * Invariants:  1. Rows of a file stand in order of arrival (a minute's repeated rows come first).
 *              2. A repeated row equals an earlier row of the same file.
 *              3. All files appear, or none: they are committed at the very end. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "city_inside.h"

enum {
    BUFFER_SIZE = 256 * 1024,
    REPEATS_MAX = 1024, /* waiting at one time; beyond, a row is simply not repeated */
    PATH_SIZE = 4096,
};

static const char *const HEADERS[CITY_FILES_COUNT] = {
    [CITY_FILE_calls] = "time,caller,callee,duration,result,imsi,imei,cell,trunk\n",
    [CITY_FILE_sms] = "time,sender,recipient,imsi,imei,cell,url,template\n",
    [CITY_FILE_sims] = "time,phone,imsi,event,person,outlet,region\n",
    [CITY_FILE_accounts] = "time,account,event,person,bank,outlet,region\n",
    [CITY_FILE_payments] = "time,id,payer,payee,amount,currency,channel,payer_bank,payee_bank,"
                           "device,ip,balance\n",
    [CITY_FILE_reports] = "time,id,person,scam,amount,phones,accounts\n",
    [CITY_FILE_persons] = "person,birth_year,region,phone,account\n",
    [CITY_FILE_cells] = "cell,lat,lon,region\n",
    [CITY_FILE_regions] = "region,name,population\n",
    [CITY_FILE_lists] = "list,value,from,until\n",
    [CITY_FILE_truth] = "subject_kind,subject,label,time_first,time_last,campaign\n",
    [CITY_FILE_classes] = "subject_kind,subject,class\n",
};

struct repeat {
    uint32_t minute;
    uint16_t size;
    uint8_t file;
    char row[ROW_MAX];
};

struct stream_out {
    struct disk_sink *sink; /* NULL: not written, or already committed */
    struct text text;
};

struct output {
    struct city *city;
    struct row_writer writer;
    struct chance chance;
    struct stream_out files[CITY_FILES_COUNT];
    struct repeat *repeats;
    uint32_t repeats_count;
    uint32_t minute;
    void *buffers;
};

static enum status flush(struct stream_out *file)
{
    TRY(disk_sink_write(file->sink, text_slice(&file->text)));
    file->text.size = 0;
    return STATUS_OK;
}

/* Room for one more row. */
static enum status room(struct stream_out *file)
{
    if (file->text.size + ROW_MAX > file->text.size_max)
        return flush(file);
    return STATUS_OK;
}

static bool is_wanted(const struct city *city, int file)
{
    return file != CITY_FILE_classes || city->options.classes;
}

static enum status file_begin(struct output *output, const char *directory, int file)
{
    char path[PATH_SIZE];
    struct text text = text_over(path, sizeof path);
    text_add_string(&text, directory);
    text_add_char(&text, '/');
    text_add_string(&text, city_file_name((enum city_file)file));
    if (text.full)
        return STATUS_IO;
    struct stream_out *out = &output->files[file];
    char *buffer = (char *)output->buffers + (size_t)file * BUFFER_SIZE;
    out->text = text_over(buffer, BUFFER_SIZE);
    TRY(disk_sink_create(&out->sink, path));
    text_add_string(&out->text, HEADERS[file]);
    return STATUS_OK;
}

enum status output_create(struct output **out, struct city *city, const char *directory)
{
    struct output *output = NULL;
    TRY(ARENA_NEW(city->boot, 1, &output));
    TRY(ARENA_NEW(city->boot, REPEATS_MAX, &output->repeats));
    TRY(arena_take(city->boot, (size_t)CITY_FILES_COUNT * BUFFER_SIZE, &output->buffers));
    output->city = city;
    output->writer.city = city;
    output->chance = city_stream(city, STREAM_REPEAT, 0, 0);
    *out = output;
    for (int file = 0; file < CITY_FILES_COUNT; file++) {
        if (is_wanted(city, file))
            TRY(file_begin(output, directory, file));
    }
    return STATUS_OK;
}

static enum status list_row(struct output *output, const char *list, uint64_t value)
{
    struct stream_out *file = &output->files[CITY_FILE_lists];
    TRY(room(file));
    text_add_string(&file->text, list);
    text_add_char(&file->text, ',');
    text_add_phone(&file->text, value);
    text_add_string(&file->text, ",,\n");
    output->city->counts->rows[CITY_FILE_lists]++;
    return STATUS_OK;
}

/* The lists know only a part of what there is, as lists do. */
static enum status lists_write(struct output *output)
{
    static const uint32_t SERVICES[] = {110,   119,   120,   122,   10000, 10010,
                                        10086, 12306, 12315, 12345, 12381, 95511,
                                        95533, 95555, 95566, 95588, 95599, 96110};
    struct city *city = output->city;
    for (uint32_t i = 0; i < sizeof SERVICES / sizeof SERVICES[0]; i++)
        TRY(list_row(output, "service_line", SERVICES[i]));
    for (uint32_t i = 0; i < city->offices_count; i++) {
        const struct office *office = &city->offices[i];
        if (office->cell == NONE && (office->numbers[0] & PHONE_PLUS) == 0 && i % 3 != 0)
            TRY(list_row(output, "service_line", office->numbers[0]));
    }
    for (uint32_t i = 0; i < city->firms_count; i++) {
        if (city->firms[i].shop && i % 8 != 3)
            TRY(list_row(output, "merchant", city->accounts[city->firms[i].account].number));
    }
    static const enum city_class MOVERS[] = {CITY_CLASS_courier, CITY_CLASS_food_rider,
                                             CITY_CLASS_ride_driver};
    for (uint32_t k = 0; k < 3; k++) {
        for (uint32_t i = 0; i < city->trade_counts[MOVERS[k]]; i++) {
            const struct person *self = &city->people[city->trade_people[MOVERS[k]][i]];
            if (dice_mix(i * 3 + k) % 10 < 4)
                TRY(list_row(output, "courier", city->lines[self->line].number));
        }
    }
    for (uint32_t i = 0; i < KNOWN_GATEWAY_TACS_COUNT; i++)
        TRY(list_row(output, "known_gateway_tac", city->numbers.tacs[TACS_GATEWAY + i]));
    return STATUS_OK;
}

enum status output_registers(struct output *output)
{
    struct city *city = output->city;
    struct stream_out *files = output->files;
    for (uint32_t i = 0; i < city->everyone_count; i++) {
        TRY(room(&files[CITY_FILE_persons]));
        row_of_person(&output->writer, &files[CITY_FILE_persons].text, i);
    }
    uint32_t cells = city->places.sites_count * OPERATORS_COUNT;
    for (uint32_t i = 0; i < cells; i++) {
        TRY(room(&files[CITY_FILE_cells]));
        row_of_cell(&output->writer, &files[CITY_FILE_cells].text, i);
    }
    for (uint32_t i = 0; i < city->places.regions_count; i++) {
        TRY(room(&files[CITY_FILE_regions]));
        row_of_region(&output->writer, &files[CITY_FILE_regions].text, i);
    }
    city->counts->rows[CITY_FILE_persons] = city->everyone_count;
    city->counts->rows[CITY_FILE_cells] = cells;
    city->counts->rows[CITY_FILE_regions] = city->places.regions_count;
    return lists_write(output);
}

static void balances_move(struct city *city, const struct happening *h)
{
    if (h->payment.payer != NONE) {
        struct account *payer = &city->accounts[h->payment.payer];
        if (payer->balance < h->payment.amount)
            payer->balance = h->payment.amount + (int64_t)(dice_mix(h->payment.id) % (300 * YUAN));
        payer->balance -= h->payment.amount;
    }
    if (h->payment.payee != NONE)
        city->accounts[h->payment.payee].balance += h->payment.amount;
}

static void repeat_keep(struct output *output, int file, struct slice row)
{
    if (output->repeats_count == REPEATS_MAX)
        return;
    double minutes = dice_log_uniform(&output->chance, 0.02, 30);
    struct repeat *repeat = &output->repeats[output->repeats_count++];
    repeat->minute = output->minute + 1 + (uint32_t)minutes;
    repeat->file = (uint8_t)file;
    repeat->size = (uint16_t)row.size;
    memcpy(repeat->row, row.at, row.size);
}

static enum status happening_write(void *self, enum happening_kind kind, const struct happening *h)
{
    struct output *output = self;
    int file = CITY_FILE_calls + (int)kind;
    struct stream_out *out = &output->files[file];
    TRY(room(out));
    if (kind == HAPPENING_PAYMENT)
        balances_move(output->city, h);
    size_t before = out->text.size;
    row_of_happening(&output->writer, &out->text, kind, h);
    output->city->counts->rows[file]++;
    if (kind != HAPPENING_REPORT && dice_yes(&output->chance, 0.001))
        repeat_keep(output, file, (struct slice){out->text.at + before, out->text.size - before});
    return STATUS_OK;
}
static_assert((int)CITY_FILE_reports == (int)HAPPENING_REPORT);

/* What waited until this minute; after the last minute nobody waits any more. */
static enum status repeats_write(struct output *output, bool all)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < output->repeats_count; i++) {
        struct repeat *repeat = &output->repeats[i];
        if (!all && repeat->minute > output->minute) {
            if (kept != i)
                output->repeats[kept] = *repeat;
            kept++;
            continue;
        }
        struct stream_out *out = &output->files[repeat->file];
        TRY(room(out));
        text_add(&out->text, (struct slice){repeat->row, repeat->size});
        output->city->counts->rows[repeat->file]++;
        output->city->counts->repeated++;
    }
    output->repeats_count = kept;
    return STATUS_OK;
}

enum status output_minute(struct output *output, uint32_t minute)
{
    struct city *city = output->city;
    output->minute = minute;
    TRY(repeats_write(output, false));
    struct happening_sink sink = {.take = happening_write, .self = output};
    TRY(calendar_close_minute(city->calendar, minute, sink));
    return minute + 1 == city->minutes_count ? repeats_write(output, true) : STATUS_OK;
}

enum status output_truth(struct output *output)
{
    struct city *city = output->city;
    struct stream_out *out = &output->files[CITY_FILE_truth];
    for (uint32_t i = 0; i < marks_count(city->truth); i++) {
        const struct mark_row *row = marks_at(city->truth, i);
        if (!truth_is_earned(row))
            continue;
        TRY(room(out));
        row_of_truth(&output->writer, &out->text, row);
        city->counts->labels[row->mark]++;
        city->counts->rows[CITY_FILE_truth]++;
    }
    out = &output->files[CITY_FILE_classes];
    for (uint32_t i = 0; i < marks_count(city->census); i++) {
        const struct mark_row *row = marks_at(city->census, i);
        city->counts->classes[row->mark]++;
        if (out->sink == NULL)
            continue;
        TRY(room(out));
        row_of_class(&output->writer, &out->text, row);
        city->counts->rows[CITY_FILE_classes]++;
    }
    return STATUS_OK;
}

enum status output_commit(struct output *output)
{
    for (int file = 0; file < CITY_FILES_COUNT; file++) {
        if (output->files[file].sink != NULL)
            TRY(flush(&output->files[file]));
    }
    for (int file = 0; file < CITY_FILES_COUNT; file++) {
        struct disk_sink *sink = output->files[file].sink;
        output->files[file].sink = NULL;
        if (sink != NULL)
            TRY(disk_sink_commit(sink));
    }
    return STATUS_OK;
}

void output_destroy(struct output *output)
{
    if (output == NULL)
        return;
    for (int file = 0; file < CITY_FILES_COUNT; file++) {
        if (output->files[file].sink != NULL)
            disk_sink_abandon(output->files[file].sink);
    }
}
