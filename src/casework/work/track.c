/* track.c -- where an item stands, so that no list is ever sorted and nothing is ever counted.
 *
 * A track is a number: the hash of what all items in it have in common.  Two tables hold them:
 *
 *      work_queue (track, rank, due, item)      open items, the most urgent first
 *          q  organisation, seat, kind, state, held, area      for lists and take-next
 *          m  user                                             what somebody holds
 *      work_shelf (track, item)                 any items, in the order in which they were made
 *          a  organisation, kind, area                         all
 *          e  organisation, kind, state, area                  ended
 *          o  organisation, kind                               open, and a clock has run out
 *          v  organisation, type, value (keyed)                found by an identifier
 *             organisation, kind, field, word or flag (keyed)  counted
 *
 * An item stands in the area of each of its levels (GB/T 2260: province, city, county, town,
 * village) and in that of everywhere, so a queue of any area is one walk along one index.  What is
 * asked of several tracks (several kinds, states, seats) is merged from the heads of each.
 *
 * Invariants:  1. Who is found in a track is looked at again before being told: a hash that two
 *                 tracks share costs time and tells nothing.
 *              2. An item stands where its row says: both change in one transaction.
 *
 * Not chosen:  one index for each way of asking; with areas they would be ten, each as large as the
 *              table.  Seats as rows: what is needed of them stands in the track. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/work/work_inside.h"

static const size_t AREAS[AREAS_MAX] = {0, 2, 4, 6, 9, 12};

bool area_fits(struct slice area)
{
    for (unsigned i = 0; i < AREAS_MAX; i++)
        if (area.size == AREAS[i])
            return true;
    return false;
}

static int64_t track_of(const struct text *text)
{
    must(!text->full);
    uint64_t bits = hash_bytes(text_slice(text));
    int64_t track = 0;
    memcpy(&track, &bits, sizeof track);
    return track;
}

int64_t track_queue(const char *organisation, enum work_seat seat, const char *kind,
                    const char *state, bool held, struct slice area)
{
    char room[192];
    struct text text = text_over(room, sizeof room);
    text_addf(&text, "q %s %d %s %s %d %.*s", organisation, (int)seat, kind, state, held,
              (int)area.size, area.at == NULL ? "" : area.at);
    return track_of(&text);
}

int64_t track_mine(const char *user)
{
    char room[64];
    struct text text = text_over(room, sizeof room);
    text_addf(&text, "m %s", user);
    return track_of(&text);
}

int64_t track_all(const char *organisation, const char *kind, struct slice area)
{
    char room[192];
    struct text text = text_over(room, sizeof room);
    text_addf(&text, "a %s %s %.*s", organisation, kind, (int)area.size,
              area.at == NULL ? "" : area.at);
    return track_of(&text);
}

int64_t track_ended(const char *organisation, const char *kind, const char *state,
                    struct slice area)
{
    char room[192];
    struct text text = text_over(room, sizeof room);
    text_addf(&text, "e %s %s %s %.*s", organisation, kind, state, (int)area.size,
              area.at == NULL ? "" : area.at);
    return track_of(&text);
}

int64_t track_events(const char *organisation)
{
    char room[64];
    struct text text = text_over(room, sizeof room);
    text_addf(&text, "n %s", organisation);
    return track_of(&text);
}

int64_t track_overdue(const char *organisation, const char *kind)
{
    char room[96];
    struct text text = text_over(room, sizeof room);
    text_addf(&text, "o %s %s", organisation, kind);
    return track_of(&text);
}

/* A clock has run out, and what it was for is still not done. */
static bool overdue(const struct row *row)
{
    const struct work_kind *kind = row->item.kind;
    for (unsigned i = 0; i < kind->clocks_count; i++)
        if (row->clocked[i] && row->deadline[i].fired &&
            (kind->clock[i].runs & WORK_BIT(row->item.state)) != 0)
            return !row_ended(row);
    return false;
}

struct standing standing_of(const struct row *row)
{
    moment due = row_due(row);
    struct standing standing = {.open = !row_ended(row),
                                .state = row->item.state,
                                .priority = row->item.priority,
                                .due = due.ms == MOMENT_NONE.ms ? DUE_NEVER : due.ms,
                                .overdue = overdue(row),
                                .held = row->item.holder[0] != '\0',
                                .parties_count = row->parties_count};
    copy_id(standing.holder, sizeof standing.holder, slice_of(row->item.holder));
    copy_id(standing.place, sizeof standing.place, row->item.place);
    copy_id(standing.owner, sizeof standing.owner, slice_of(row->item.owner));
    return standing;
}

static enum status queue_put(struct work *work, int64_t track, const struct standing *at,
                             int64_t item, bool there)
{
    static const char ADD[] =
        "INSERT INTO work_queue (track, rank, due, item) VALUES (?1, ?2, ?3, ?4)";
    static const char REMOVE[] =
        "DELETE FROM work_queue WHERE track = ?1 AND rank = ?2 AND due = ?3 AND item = ?4";
    const struct store_value values[] = {STORE_OF_WHOLE(track),
                                         STORE_OF_WHOLE(-(int64_t)at->priority),
                                         STORE_OF_WHOLE(at->due), STORE_OF_WHOLE(item)};
    return store_run(work->store, there ? ADD : REMOVE, values, 4);
}

static enum status shelf_put(struct work *work, int64_t track, int64_t item, bool there)
{
    /* two fields of one item may hold one value */
    static const char ADD[] =
        "INSERT INTO work_shelf (track, item) VALUES (?1, ?2) ON CONFLICT (track, item) DO NOTHING";
    static const char REMOVE[] = "DELETE FROM work_shelf WHERE track = ?1 AND item = ?2";
    const struct store_value values[] = {STORE_OF_WHOLE(track), STORE_OF_WHOLE(item)};
    return store_run(work->store, there ? ADD : REMOVE, values, 2);
}

/* Queue, or the shelf of what has ended, of one seat. */
static enum status stand(struct work *work, const struct row *row, const struct party *party,
                         const struct standing *at, bool there)
{
    const struct work_kind *kind = row->item.kind;
    const char *state = kind->state[at->state].name;
    size_t size = strlen(at->place);
    for (unsigned i = 0; i < AREAS_MAX && AREAS[i] <= size; i++) {
        struct slice area = {at->place, AREAS[i]};
        if (at->open)
            TRY(queue_put(
                work,
                track_queue(party->organisation, party->seat, kind->name, state, at->held, area),
                at, row->number, there));
        else
            TRY(shelf_put(work, track_ended(party->organisation, kind->name, state, area),
                          row->number, there));
    }
    return STATUS_OK;
}

static enum status stand_all(struct work *work, const struct row *row, const struct party *party,
                             const struct standing *at, bool there)
{
    size_t size = strlen(at->place);
    for (unsigned i = 0; i < AREAS_MAX && AREAS[i] <= size; i++)
        TRY(shelf_put(work,
                      track_all(party->organisation, row->item.kind->name,
                                (struct slice){at->place, AREAS[i]}),
                      row->number, there));
    return STATUS_OK;
}

static enum status stand_overdue(struct work *work, const struct row *row,
                                 const struct party *party, bool there)
{
    return shelf_put(work, track_overdue(party->organisation, row->item.kind->name), row->number,
                     there);
}

enum status tracks_overdue(struct work *work, const struct row *row)
{
    for (unsigned i = 0; overdue(row) && i < row->parties_count; i++)
        TRY(stand_overdue(work, row, &row->party[i], true));
    return STATUS_OK;
}

static bool stands_same(const struct standing *a, const struct standing *b)
{
    return a->open == b->open && a->state == b->state && a->held == b->held &&
           (!a->open || (a->priority == b->priority && a->due == b->due));
}

enum status tracks_move(struct work *work, const struct standing *before, const struct row *row)
{
    struct standing now = standing_of(row);
    bool moved = strcmp(before->place, now.place) != 0;
    bool mine = before->due != now.due || before->priority != now.priority ||
                strcmp(before->holder, now.holder) != 0;
    must(before->parties_count <= row->parties_count);
    for (unsigned i = 0; i < before->parties_count; i++) {
        const struct party *party = &row->party[i];
        if (moved) {
            TRY(stand_all(work, row, party, before, false));
            TRY(stand_all(work, row, party, &now, true));
        }
        if (moved || !stands_same(before, &now)) {
            TRY(stand(work, row, party, before, false));
            TRY(stand(work, row, party, &now, true));
        }
        if (before->overdue != now.overdue)
            TRY(stand_overdue(work, row, party, now.overdue));
    }
    if (mine && before->held)
        TRY(queue_put(work, track_mine(before->holder), before, row->number, false));
    if (mine && now.held)
        TRY(queue_put(work, track_mine(now.holder), &now, row->number, true));
    for (unsigned i = before->parties_count; i < row->parties_count; i++)
        TRY(tracks_seat(work, row, &row->party[i], true));
    return STATUS_OK;
}

enum status tracks_seat(struct work *work, const struct row *row, const struct party *party,
                        bool there)
{
    struct standing now = standing_of(row);
    TRY(stand_all(work, row, party, &now, there));
    TRY(stand(work, row, party, &now, there));
    if (now.overdue)
        TRY(stand_overdue(work, row, party, there));
    return tracks_names(work, row, party, party->told, there);
}

enum status tracks_names(struct work *work, const struct row *row, const struct party *party,
                         uint64_t fields, bool there)
{
    const struct work_kind *kind = row->item.kind;
    for (unsigned i = 0; i < kind->fields_count; i++) {
        if ((fields & row->has & WORK_BIT(i)) == 0 || !kind->field[i].searched)
            continue;
        TRY(shelf_put(work, value_track_of(work, kind, (int)i, row->value[i], party->organisation),
                      row->number, there));
    }
    return STATUS_OK;
}
