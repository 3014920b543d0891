/* words.c -- what files, labels and classes are called: the lists, spelled out. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "city.h"

static const char *const FILES[] = {
#define CITY_FILE(name, file) file,
#include "files.inc"
#undef CITY_FILE
};
static const char *const LABELS[] = {
#define CITY_LABEL(name, subject) #name,
#include "labels.inc"
#undef CITY_LABEL
};
static const char *const CLASSES[] = {
#define CITY_CLASS(name, per_10000, at_least, meaning) #name,
#include "classes.inc"
#undef CITY_CLASS
};

const char *city_file_name(enum city_file file)
{
    must((unsigned)file < CITY_FILES_COUNT);
    return FILES[file];
}

const char *city_label_name(enum city_label label)
{
    must((unsigned)label < CITY_LABELS_COUNT);
    return LABELS[label];
}

const char *city_class_name(enum city_class class)
{
    must((unsigned)class < CITY_CLASSES_COUNT);
    return CLASSES[class];
}
