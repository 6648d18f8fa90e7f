// What DynamoDB, Bedrock and @connections answer in a turn, made once and sent as fast as a socket takes it.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct text {
    char *bytes;
    size_t count;
};

static void append(struct text *t, const void *bytes, size_t count) {
    t->bytes = realloc(t->bytes, t->count + count + 1);
    memcpy(t->bytes + t->count, bytes, count);
    t->count += count;
    t->bytes[t->count] = 0;
}

static uint32_t crc32_of(const uint8_t *bytes, size_t count) {
    uint32_t crc = ~0u;
    for (size_t i = 0; i < count; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
    }
    return ~crc;
}

static void append_u32(struct text *t, uint32_t value) {
    uint8_t bytes[4] = {value >> 24, value >> 16, value >> 8, value};
    append(t, bytes, 4);
}

static void append_header(struct text *t, const char *name, const char *value) {
    uint8_t length = (uint8_t)strlen(name), type = 7, size[2] = {0, (uint8_t)strlen(value)};
    append(t, &length, 1);
    append(t, name, length);
    append(t, &type, 1);
    append(t, size, 2);
    append(t, value, size[1]);
}

// One event of ConverseStream as a chunk of HTTP/1.1.
static void append_event(struct text *stream, const char *type, const char *payload) {
    struct text headers = {0}, message = {0};
    append_header(&headers, ":event-type", type);
    append_header(&headers, ":content-type", "application/json");
    append_header(&headers, ":message-type", "event");
    size_t size = strlen(payload);
    append_u32(&message, (uint32_t)(16 + headers.count + size));
    append_u32(&message, (uint32_t)headers.count);
    append_u32(&message, crc32_of((uint8_t *)message.bytes, 8));
    append(&message, headers.bytes, headers.count);
    append(&message, payload, size);
    append_u32(&message, crc32_of((uint8_t *)message.bytes, message.count));
    char length[32];
    append(stream, length, (size_t)snprintf(length, sizeof length, "%zx\r\n", message.count));
    append(stream, message.bytes, message.count);
    append(stream, "\r\n", 2);
    free(headers.bytes);
    free(message.bytes);
}

// A reply of about 60 tokens, as Llama streams it: the first word, and all after it.
static struct text model_head, model_first, model_rest, history;

static void make_answers(void) {
    static const char head[] =
        "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.amazon.eventstream\r\nTransfer-Encoding: chunked\r\n\r\n";
    append(&model_head, head, sizeof head - 1);
    append_event(&model_first, "messageStart", "{\"p\":\"abcdefgh\",\"role\":\"assistant\"}");
    const char *delta = "{\"contentBlockIndex\":0,\"delta\":{\"text\":\"%s\"},\"p\":\"abcdefghijklmnopqrstuv\"}";
    char payload[512];
    snprintf(payload, sizeof payload, delta, "Unused");
    append_event(&model_first, "contentBlockDelta", payload);
    for (int i = 0; i < 60; i++) {
        snprintf(payload, sizeof payload, delta, i % 12 == 11 ? " window [returns-1]." : " items,");
        append_event(&model_rest, "contentBlockDelta", payload);
    }
    append_event(&model_rest, "contentBlockStop", "{\"contentBlockIndex\":0,\"p\":\"abcdefgh\"}");
    append_event(&model_rest, "messageStop", "{\"p\":\"abcdefghijkl\",\"stopReason\":\"end_turn\"}");
    append_event(&model_rest, "metadata",
        "{\"metrics\":{\"latencyMs\":512},\"p\":\"abcd\",\"usage\":{\"inputTokens\":1500,\"outputTokens\":62,\"totalTokens\":1562}}");
    append(&model_rest, "0\r\n\r\n", 5);

    // Twelve turns, newest first, as a Query of the bot's finds them.
    struct text body = {0};
    append(&body, "{\"Items\":[", 10);
    for (int i = 23; i >= 0; i--) {
        char item[2048];
        int size = snprintf(item, sizeof item,
            "%s{\"userId\":{\"S\":\"v_AAAAAAAAAAAAAAAAAAAAAA\"},\"sessionId\":{\"S\":\"Lq3dXcEUoAMCJjg=#01J%02dABCDEFGHJKMNPQRSTVWX.%d\"},"
            "\"kind\":{\"S\":\"message\"},\"chatId\":{\"S\":\"Lq3dXcEUoAMCJjg=\"},\"turnId\":{\"S\":\"01J%02dABCDEFGHJKMNPQRSTVWX\"},"
            "\"messageId\":{\"S\":\"m%d\"},\"role\":{\"S\":\"%s\"},\"createdAt\":{\"N\":\"17000000000%02d\"},\"expiresAt\":{\"N\":\"4000000000\"},"
            "\"text\":{\"S\":\"%s\"}%s}",
            i == 23 ? "" : ",", i / 2, i % 2, i / 2, i / 2, i % 2 ? "bot" : "customer", i,
            i % 2 ? "You can return an unused item within 60 days of delivery; a gift is returned for store credit, and the refund "
                    "takes five business days once the parcel is with us. What is worn or washed cannot be taken back."
                  : "I bought a jacket three weeks ago and it does not fit. Can I return it?",
            i % 2 ? ",\"citations\":{\"L\":[{\"M\":{\"id\":{\"S\":\"returns-1\"},\"title\":{\"S\":\"Return window\"},\"file\":{\"S\":\"rules/returns.md\"}}}]}"
                  : "");
        append(&body, item, (size_t)size);
    }
    append(&body, "],\"Count\":24,\"ScannedCount\":24}", 31);
    char start[128];
    int size = snprintf(start, sizeof start,
        "HTTP/1.1 200 OK\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: %zu\r\n\r\n", body.count);
    append(&history, start, (size_t)size);
    append(&history, body.bytes, body.count);
    free(body.bytes);
}
