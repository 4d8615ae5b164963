package io.flashsale.bench;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;

/**
 * People and bots after the same units. Whoever they are, the seed is fixed, so that runs are alike.
 *
 * <p>People wait for the button and press it: half of them within a second, nearly all within eight. Where the page
 * is told to try again it does, as the storefront's page does; who hears that all is gone presses once or twice more. Some have two
 * devices, some are many behind one address. Bots do what their kind does until it is over.
 */
final class Mob implements Load {

    /** What somebody in the crowd is. */
    enum Kind {
        PERSON("people", 0),
        ONE_ADDRESS("100 accounts behind one address, 10 a second each", 10),
        OWN_ADDRESSES("1,000 accounts with an address each, 5 a second each", 5),
        SHARED("50 accounts from 20 addresses each, 40 a second each", 2),
        FORGER("20 addresses with forged sessions, 50 a second each", 50),
        REPLAYER("50 accounts that send one request again, 20 a second each", 20),
        HOLDER("300 accounts in the first instant, once each", 0),
        UNDER("300 accounts with an address each, just under every threshold", 4);

        final String words;
        private final double perSecond;

        Kind(String words, double perSecond) {
            this.words = words;
            this.perSecond = perSecond;
        }
    }

    private static final double SECONDS = 25;

    /** Bots that go on and on begin before it opens; the others know the instant. */
    private static final double BOTS_BEGIN = 0;

    static final double OPENS = 1;
    private static final int PAGE_TRIES = 6;

    /** One of them, from one device or address. */
    private record Agent(Kind kind, Requests.Sender sender, double begins) {}

    private record Event(long due, int agent, int key, int tries) {}

    private final List<Agent> agents = new ArrayList<>();
    private final PriorityQueue<Event> events = new PriorityQueue<>(Comparator.comparingLong(Event::due));
    private final Random random = new Random(11);
    private final List<Event> made = new ArrayList<>();
    private int keys;
    private int account;

    Mob(List<Target.Buyer> accounts) {
        people(accounts);
        for (int i = 0; i < 100; i++) {
            add(Kind.ONE_ADDRESS, accounts.get(account++), "198.51.100.1", BOTS_BEGIN);
        }
        for (int i = 0; i < 1000; i++) {
            add(Kind.OWN_ADDRESSES, accounts.get(account++), "10.20." + i / 250 + "." + (1 + i % 250), BOTS_BEGIN);
        }
        for (int i = 0; i < 50; i++) {
            Target.Buyer shared = accounts.get(account++);
            for (int from = 0; from < 20; from++) {
                add(Kind.SHARED, shared, "10.30." + i + "." + (1 + from), BOTS_BEGIN);
            }
        }
        for (int i = 0; i < 20; i++) {
            add(Kind.FORGER, accounts.get(account++), "10.40.0." + (1 + i), BOTS_BEGIN);
        }
        for (int i = 0; i < 50; i++) {
            add(Kind.REPLAYER, accounts.get(account++), "10.50.0." + (1 + i), BOTS_BEGIN);
        }
        for (int i = 0; i < 300; i++) {
            add(Kind.HOLDER, accounts.get(account++), "10.60." + i / 250 + "." + (1 + i % 250), OPENS);
        }
        for (int i = 0; i < 300; i++) {
            add(Kind.UNDER, accounts.get(account++), "10.70." + i / 250 + "." + (1 + i % 250), OPENS);
        }
        for (int i = 0; i < agents.size(); i++) {
            Agent agent = agents.get(i);
            // Those who go on and on are not in step.
            double offset = agent.kind.perSecond == 0 ? 0 : random.nextDouble() / agent.kind.perSecond;
            events.add(new Event(nanos(agent.begins + offset), i, keys++, 0));
        }
    }

    static final int PEOPLE = 10_000;
    static final int ACCOUNTS = PEOPLE + 100 + 1000 + 50 + 20 + 50 + 300 + 300;

    private void people(List<Target.Buyer> accounts) {
        for (int i = 0; i < PEOPLE; i++) {
            // Every fifth is behind one of forty addresses of carriers and schools.
            String address = i % 5 == 0
                    ? "100.64.0." + (1 + i / 5 % 40)
                    : "100." + (65 + i / 62_500) + "." + i / 250 % 250 + "." + (1 + i % 250);
            double pressed = OPENS + Math.exp(0.8 * random.nextGaussian());
            Target.Buyer person = accounts.get(account++);
            add(Kind.PERSON, person, address, pressed);
            if (i % 10 == 3) {
                add(
                        Kind.PERSON,
                        person,
                        "100.80." + i / 250 + "." + (1 + i % 250),
                        pressed + 0.5 + random.nextDouble());
            }
        }
    }

    private void add(Kind kind, Target.Buyer account, String address, double begins) {
        agents.add(new Agent(kind, new Requests.Sender(account, address, kind == Kind.FORGER), begins));
    }

    List<Requests.Sender> senders() {
        return agents.stream().map(Agent::sender).toList();
    }

    List<Target.Buyer> accounts() {
        return agents.stream().map(agent -> agent.sender().buyer()).toList();
    }

    Kind kind(int agent) {
        return agents.get(agent).kind;
    }

    String account(int agent) {
        return agents.get(agent).sender().buyer().userId();
    }

    private static long nanos(double seconds) {
        return (long) (seconds * 1e9);
    }

    @Override
    public long due(long now) {
        Event next = events.peek();
        return next == null ? NEVER : next.due();
    }

    @Override
    public int next(History history, long now) {
        Event event = events.remove();
        Kind kind = kind(event.agent());
        if (kind.perSecond > 0 && event.due() < nanos(SECONDS)) {
            int key = kind == Kind.REPLAYER ? event.key() : keys++;
            events.add(new Event(event.due() + nanos(1 / kind.perSecond), event.agent(), key, 0));
        }
        int attempt = history.asked(event.agent(), event.key(), event.due());
        while (made.size() <= attempt) {
            made.add(event);
        }
        return attempt;
    }

    @Override
    public void ended(History history, int attempt, long now) {
        Event event = made.get(attempt);
        if (kind(event.agent()) != Kind.PERSON || now > nanos(SECONDS)) {
            return;
        }
        String code = history.code(attempt);
        if (history.isUnknown(attempt) || !history.isFinal(attempt)) {
            // The page tries again by itself, with the same key.
            if (event.tries() < PAGE_TRIES) {
                double wait = Math.max(history.retryAfter(attempt), Math.min(8, 0.5 * Math.pow(2, event.tries())));
                again(event, now, wait * (1 + random.nextDouble() / 2), event.key(), event.tries() + 1);
            }
        } else if ((code.equals("SOLD_OUT") || code.equals("ALL_RESERVED")) && random.nextInt(3) > 0) {
            again(event, now, 1 + 4 * random.nextDouble(), keys++, 0);
        } else if (code.equals("NOT_STARTED")) {
            again(event, now, 1, keys++, 0);
        }
    }

    private void again(Event event, long now, double seconds, int key, int tries) {
        events.add(new Event(now + nanos(seconds), event.agent(), key, tries));
    }
}
