package io.flashsale.bench;

/** So many buyers at a time, each followed by the next one once answered: it finds out how much can be done. */
final class ClosedLoad implements Load {

    private final int buyers;
    private final int atOnce;
    private final long end;
    private final long most;
    private int underWay;
    private long asked;

    /**
     * @param buyers who take turns; a buyer's turns have keys of their own
     * @param most attempts, however long that takes within the time
     */
    ClosedLoad(int buyers, int atOnce, double seconds, long most) {
        this.buyers = buyers;
        this.atOnce = atOnce;
        this.end = (long) (seconds * 1e9);
        this.most = most;
    }

    @Override
    public long due(long now) {
        return now < end && asked < most && underWay < atOnce ? now : NEVER;
    }

    @Override
    public int next(History history, long now) {
        underWay++;
        long turn = asked++;
        return history.asked((int) (turn % buyers), (int) (turn / buyers), now);
    }

    @Override
    public void ended(History history, int attempt, long now) {
        underWay--;
    }
}
