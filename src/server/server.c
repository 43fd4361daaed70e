/* server/server.c - listens and accepts; runs and ends all clients of one socket. */

#include "server/server.h"

#include <stdlib.h>

#include <tokenpak/log.h>

#include "base/memory.h"
#include "config/network.h"
#include "server/client.h"

enum { BACKLOG = 1024 };

tp_server *tp_server_new(tp_services *services, tp_pipeline_set *pipelines)
{
    tp_server *server = tp_new(tp_server);

    server->services = services;
    server->pipelines = pipelines;
    server->only_pipeline = -1;
    tp_list_init(&server->clients);
    tp_list_init(&server->dirty);
    uv_tcp_init(services->loop, &server->listener);
    server->listener.data = server;
    return server;
}

static bool address_allowed(const tp_client *c)
{
    const tp_texts *networks = &c->server->pipelines->settings->listen.allow_from;

    for (size_t i = 0; i < networks->count; i++)
        if (tp_config_network_match(networks->items[i], &c->peer.any))
            return true;
    return networks->count == 0;
}

static void admit(tp_client *c)
{
    tp_server *server = c->server;

    tp_client_begin(c);
    if (!address_allowed(c)) {
        tp_client_close(c);
    } else if (server->connections > server->pipelines->settings->listen.max_connections) {
        c->close = true;
        tp_reply_refuse(c, TP_ERR_OWN_OVERLOADED, "the proxy has reached listen.max_connections");
    }
}

static void on_connection(uv_stream_t *listener, int status)
{
    tp_server *server = listener->data;
    tp_client *c;

    if (status < 0) {
        tp_log(TP_LOG_WARN, TP_AREA_SERVER, "a connection could not be accepted: %s", uv_strerror(status));
        return;
    }
    c = tp_client_new(server);
    uv_tcp_init(server->services->loop, &c->tcp);
    server->connections++;
    tp_metric_set(server->services->metrics, TP_METRIC_CONNECTIONS, server->connections);
    if (uv_accept(listener, (uv_stream_t *)&c->tcp) != 0) {
        c->tcp.data = c;
        tp_client_close(c);
        return;
    }
    admit(c);
}

static int bind_to(tp_server *server, const char *address, unsigned port)
{
    struct sockaddr_storage where;
    int failed = uv_ip4_addr(strcmp(address, "localhost") == 0 ? "127.0.0.1" : address, (int)port, (struct sockaddr_in *)&where);

    if (failed)
        failed = uv_ip6_addr(address, (int)port, (struct sockaddr_in6 *)&where);
    return failed ? failed : uv_tcp_bind(&server->listener, (const struct sockaddr *)&where, 0);
}

static unsigned bound_port(tp_server *server)
{
    struct sockaddr_storage where;
    int size = sizeof(where);

    if (uv_tcp_getsockname(&server->listener, (struct sockaddr *)&where, &size) != 0)
        return 0;
    return where.ss_family == AF_INET ? ntohs(((struct sockaddr_in *)&where)->sin_port) : ntohs(((struct sockaddr_in6 *)&where)->sin6_port);
}

int tp_server_listen(tp_server *server, const char *address, unsigned port, int fd)
{
    int failed = fd >= 0 ? uv_tcp_open(&server->listener, fd) : bind_to(server, address, port);

    if (!failed)
        failed = uv_listen((uv_stream_t *)&server->listener, BACKLOG, on_connection);
    if (failed)
        return failed;
    server->listening = true;
    server->port = bound_port(server);
    return 0;
}

void tp_server_turn(tp_server *server)
{
    tp_list now;

    tp_list_init(&now);
    tp_list_move(&server->dirty, &now);
    for (tp_link *link = tp_list_shift(&now); link; link = tp_list_shift(&now))
        tp_reply_flush(tp_list_entry(link, tp_client, dirty));
}

static bool is_idle(const tp_client *c)
{
    return !c->serving && c->out.length == 0 && !c->writing;
}

static void close_clients(tp_server *server, bool idle_only)
{
    tp_link *next;

    for (tp_link *link = server->clients.head.next; link != &server->clients.head; link = next) {
        tp_client *c = tp_list_entry(link, tp_client, link);

        next = link->next;
        c->close = true;
        if (!idle_only || is_idle(c))
            tp_client_close(c);
    }
}

void tp_server_abort(tp_server *server, tp_err err, const char *message)
{
    tp_link *next;

    for (tp_link *link = server->clients.head.next; link != &server->clients.head; link = next) {
        tp_client *c = tp_list_entry(link, tp_client, link);

        next = link->next;
        if (c->x)
            tp_driver_abort(c->x, err, message);
        tp_reply_flush(c);
    }
}

static void stop_listening(tp_server *server)
{
    if (server->listening)
        uv_close((uv_handle_t *)&server->listener, NULL);
    server->listening = false;
}

void tp_server_drain(tp_server *server)
{
    server->draining = true;
    stop_listening(server);
    close_clients(server, true);
    if (server->connections == 0 && server->drained)
        server->drained(server);
}

void tp_server_close(tp_server *server)
{
    server->drained = NULL;
    stop_listening(server);
    if (!uv_is_closing((uv_handle_t *)&server->listener))
        uv_close((uv_handle_t *)&server->listener, NULL);
    close_clients(server, false);
}

void tp_server_free(tp_server *server)
{
    while (server && server->spare_count)
        tp_buffer_free(&server->spare[--server->spare_count]);
    free(server);
}
