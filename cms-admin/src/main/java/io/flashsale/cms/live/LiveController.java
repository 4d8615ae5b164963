package io.flashsale.cms.live;

import org.springframework.http.MediaType;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** {@code GET /promos/{id}/live}: server-sent events, a {@link Board} each second. */
@Controller
class LiveController {

    private final Boards boards;

    LiveController(Boards boards) {
        this.boards = boards;
    }

    @GetMapping(path = "/promos/{id}/live", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    SseEmitter live(@PathVariable("id") long id) {
        return boards.watch(id);
    }
}
