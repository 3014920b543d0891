/* why.c -- one clear sentence, in both tongues at once. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "why.h"

enum { NAMES_SHOWN_MAX = 12 };

void why_path(struct text why[TONGUES_COUNT], struct slice path)
{
    struct slice shown = slice_equal(path, SLICE("-")) ? SLICE("(stdin)") : path;
    text_add(&why[TONGUE_EN], shown);
    text_add(&why[TONGUE_EN], SLICE(": "));
    text_add(&why[TONGUE_ZH], shown);
    text_add(&why[TONGUE_ZH], SLICE("："));
}

void why_add(struct text why[TONGUES_COUNT], const char *en, const char *zh)
{
    text_add_string(&why[TONGUE_EN], en);
    text_add_string(&why[TONGUE_ZH], zh);
}

void why_names(struct text why[TONGUES_COUNT], const struct slice *names, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (i == NAMES_SHOWN_MAX) {
            why_add(why, " ...", "……");
            return;
        }
        if (i != 0)
            why_add(why, ", ", "、");
        text_add(&why[TONGUE_EN], names[i]);
        text_add(&why[TONGUE_ZH], names[i]);
    }
}

void why_text(struct text why[TONGUES_COUNT], struct slice text)
{
    text_add(&why[TONGUE_EN], text);
    text_add(&why[TONGUE_ZH], text);
}

void why_fault(struct text why[TONGUES_COUNT], struct slice path, enum disk_fault fault)
{
    why_path(why, path);
    switch (fault) {
    case DISK_MISSING:
        why_add(why, "there is no such file", "没有这个文件");
        return;
    case DISK_FORBIDDEN:
        why_add(why, "may not be read: permission denied", "无权读取该文件");
        return;
    case DISK_DIRECTORY:
        why_add(why, "is a directory; name the files in it", "是目录；请指明其中的文件");
        return;
    case DISK_FINE:
    case DISK_FAILED:
    default:
        why_add(why, "cannot be read: the disk or the system failed", "无法读取：磁盘或系统出错");
        return;
    }
}
