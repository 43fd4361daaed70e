/* base/list.h - an intrusive doubly linked list: the link lives in the thing that is listed. One thread. */

#ifndef TP_BASE_LIST_H
#define TP_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

/* In a list: both set. In none: both NULL (a zeroed link is in none). */
typedef struct tp_link {
    struct tp_link *next, *previous;
} tp_link;

typedef struct tp_list {
    tp_link head; /* head.next the oldest; points to itself when empty */
} tp_list;

static inline void tp_list_init(tp_list *list)
{
    list->head.next = list->head.previous = &list->head;
}

static inline bool tp_list_empty(const tp_list *list)
{
    return list->head.next == &list->head;
}

static inline bool tp_list_linked(const tp_link *link)
{
    return link->next != NULL;
}

static inline void tp_list_append(tp_list *list, tp_link *link)
{
    link->next = &list->head;
    link->previous = list->head.previous;
    link->previous->next = link;
    list->head.previous = link;
}

static inline void tp_list_prepend(tp_list *list, tp_link *link)
{
    link->previous = &list->head;
    link->next = list->head.next;
    link->next->previous = link;
    list->head.next = link;
}

/* No-op for a link that is in no list. */
static inline void tp_list_remove(tp_link *link)
{
    if (!link->next)
        return;
    link->next->previous = link->previous;
    link->previous->next = link->next;
    link->next = link->previous = NULL;
}

/* Removes and returns the oldest link, NULL when empty. */
static inline tp_link *tp_list_shift(tp_list *list)
{
    tp_link *link = list->head.next;

    if (link == &list->head)
        return NULL;
    tp_list_remove(link);
    return link;
}

/* Moves everything to `to`, which must be initialised and is appended to. */
static inline void tp_list_move(tp_list *from, tp_list *to)
{
    for (tp_link *link = tp_list_shift(from); link; link = tp_list_shift(from))
        tp_list_append(to, link);
}

/* The struct that holds the link. */
#define tp_list_entry(link, type, member) ((type *)(void *)((char *)(link)-offsetof(type, member)))

#endif
