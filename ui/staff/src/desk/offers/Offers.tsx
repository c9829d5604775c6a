import type { Offer } from "@linger/sdk";
import { Badge, Button, Group, Tooltip } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useEffect, useRef, useState } from "react";
import { now, useReadable, useSeconds } from "../../kit";
import { ask, shortcut } from "../actions/actions";
import { focusOn, isTyping } from "../focus";
import { nameOf } from "../lists";
import { useDesk } from "../model";
import { names } from "../names";
import { loadJournal } from "../panel/journal";
import { inShort } from "../panel/why";
import { setOffer } from "../title";
import { notify, ring } from "./alarm";
import classes from "./offers.module.css";

/** What was rejected here: its end is no news. */
const rejected = new Set<string>();

/** What is put before this agent, until it is taken or over. It never takes the focus by itself. */
export function Offers({ onAccepted }: { onAccepted: (id: string) => void }) {
  const desk = useDesk();
  const offers = useReadable(desk.client.offers);
  useAlarm(offers);
  useMissed();

  const first = offers[0];
  async function answer(offer: Offer, type: "accept" | "reject") {
    const fields = { conversation: offer.view.id };
    const typing = isTyping(document.activeElement);
    const failed = type === "accept" ? "Not accepted" : "Not rejected";
    if (type === "reject") rejected.add(offer.view.id);
    const done = await ask({ desk }, type, fields, failed);
    if (!done) {
      rejected.delete(offer.view.id);
      return;
    }
    if (type === "reject") {
      notifications.show({
        title: "Rejected",
        message: `${nameOf(offer.view)} is offered to others.`,
        withBorder: true,
      });
      if (!typing) focusOn(desk.client.offers.get().length > 0 ? "offer" : "list");
      return;
    }
    onAccepted(offer.view.id);
    focusOn("composer", `${offer.view.id}:reply`);
  }

  // biome-ignore lint/correctness/useExhaustiveDependencies: the keys act on the first offer of now
  useEffect(() => {
    if (!first) return;
    const onKey = (event: KeyboardEvent) => {
      if (!event.altKey || event.ctrlKey || event.metaKey) return;
      if (event.code !== "KeyA" && event.code !== "KeyR") return;
      event.preventDefault();
      void answer(first, event.code === "KeyA" ? "accept" : "reject");
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [first]);

  return (
    <>
      <div role="status" aria-live="assertive" className="visually-hidden">
        {first &&
          `Offer: ${nameOf(first.view)}. ${shortcut("A")} accepts, ${shortcut("R")} rejects.`}
      </div>
      <section className={classes.offers} aria-label="Offers">
        {offers.map((offer, index) => (
          <Card
            key={offer.view.id}
            offer={offer}
            first={index === 0}
            onAnswer={(type) => answer(offer, type)}
          />
        ))}
      </section>
    </>
  );
}

function Card(props: {
  offer: Offer;
  first: boolean;
  onAnswer: (type: "accept" | "reject") => Promise<void>;
}) {
  const { offer, first } = props;
  const desk = useDesk();
  const known = useReadable(names);
  const [busy, setBusy] = useState<"accept" | "reject" | null>(null);
  const [why, setWhy] = useState("");
  const { id } = offer.view;

  useEffect(() => {
    let ended = false;
    loadJournal(desk.client, id)
      .then(({ entries }) => {
        if (!ended) setWhy(inShort(entries, known));
      })
      // The offer stands without it.
      .catch(() => {});
    return () => {
      ended = true;
    };
  }, [desk, id, known]);

  const answer = async (type: "accept" | "reject") => {
    setBusy(type);
    await props.onAnswer(type);
    setBusy(null);
  };
  return (
    <article
      className={classes.card}
      data-compact={!first || undefined}
      aria-label={`Offer: ${nameOf(offer.view)}`}
    >
      <div className={classes.top}>
        <Ring deadline={offer.deadline} />
        <div className={classes.who}>
          <div className={classes.name}>{nameOf(offer.view)}</div>
          {first && offer.view.subject && (
            <div className={classes.subject}>{offer.view.subject}</div>
          )}
        </div>
      </div>
      <Group gap={6}>
        {offer.returning && <Badge color="green">Returning to you</Badge>}
        {offer.transfer && <Badge color="orange">Transfer</Badge>}
        {offer.view.mode === "live" && <Badge>Live</Badge>}
        {first && offer.view.queue && <Badge color="gray">{known.queue(offer.view.queue)}</Badge>}
        {first &&
          offer.view.tags?.map((tag) => (
            <Badge key={tag} variant="outline" color="gray">
              {tag}
            </Badge>
          ))}
      </Group>
      {first && offer.reason && <div className={classes.why}>“{offer.reason}”</div>}
      {first && why && <div className={classes.subject}>{why}</div>}
      <Group grow gap="xs" className={classes.answers}>
        <Tooltip label={shortcut("R")} disabled={!first}>
          <Button
            variant="default"
            size={first ? "sm" : "xs"}
            loading={busy === "reject"}
            disabled={busy !== null}
            onClick={() => void answer("reject")}
          >
            Reject
          </Button>
        </Tooltip>
        <Tooltip label={shortcut("A")} disabled={!first}>
          <Button
            size={first ? "sm" : "xs"}
            data-place={first ? "offer" : undefined}
            loading={busy === "accept"}
            disabled={busy !== null}
            onClick={() => void answer("accept")}
          >
            Accept
          </Button>
        </Tooltip>
      </Group>
    </article>
  );
}

const RADIUS = 17;
const ROUND = 2 * Math.PI * RADIUS;

/** What is left of the time, as a ring and in seconds. */
function Ring({ deadline }: { deadline: number }) {
  useSeconds();
  const left = Math.max(0, deadline - now());
  // The whole is what was left when the offer was first seen.
  const whole = useRef(Math.max(left, 1));
  const part = Math.min(1, left / whole.current);
  const seconds = Math.ceil(left / 1000);
  return (
    <svg
      className={classes.ring}
      width={40}
      height={40}
      viewBox="0 0 40 40"
      role="img"
      aria-label={`${seconds} seconds left`}
    >
      <circle className={classes.track} cx="20" cy="20" r={RADIUS} fill="none" strokeWidth="3" />
      <circle
        className={classes.left}
        data-late={seconds <= 10 || undefined}
        cx="20"
        cy="20"
        r={RADIUS}
        fill="none"
        strokeWidth="3"
        strokeLinecap="round"
        strokeDasharray={`${ROUND * part} ${ROUND}`}
        transform="rotate(-90 20 20)"
      />
      <text className={classes.seconds} x="20" y="24" textAnchor="middle">
        {seconds}
      </text>
    </svg>
  );
}

/** Sound, a notification of the system, and the title, for each offer once. */
function useAlarm(offers: readonly Offer[]): void {
  const seen = useRef(new Map<string, () => void>());
  useEffect(() => {
    const ids = new Set(offers.map((offer) => offer.view.id));
    for (const [id, close] of seen.current) {
      if (ids.has(id)) continue;
      close();
      seen.current.delete(id);
    }
    for (const offer of offers) {
      if (seen.current.has(offer.view.id)) continue;
      ring();
      const name = nameOf(offer.view);
      const title = offer.returning ? `${name} is back` : `New conversation: ${name}`;
      seen.current.set(
        offer.view.id,
        notify(title, offer.view.subject ?? "", `offer-${offer.view.id}`),
      );
    }
    setOffer(offers[0] ? `Offer: ${nameOf(offers[0].view)}` : null);
  }, [offers]);
  useEffect(() => () => setOffer(null), []);
}

/** Says so when an offer ended without an answer from here. */
function useMissed(): void {
  const desk = useDesk();
  useEffect(() => {
    const known = new Map<string, Offer>();
    const remember = () => {
      for (const offer of desk.client.offers.get()) known.set(offer.view.id, offer);
    };
    remember();
    const ends = [
      desk.client.on("offer", (offer) => known.set(offer.view.id, offer)),
      desk.client.offers.subscribe(remember),
      desk.client.on("offer_ended", ({ conversation, taken }) => {
        const offer = known.get(conversation);
        known.delete(conversation);
        const item = desk.store.latest(conversation) ?? offer?.view;
        if (!offer || taken) return;
        const mine = item?.state === "active" && item.agent === desk.agent && item.accepted;
        if (mine || rejected.delete(conversation)) return;
        const late = offer.deadline - desk.client.now() < 1500;
        notifications.show({
          color: "orange",
          title: late ? "You missed an offer" : "An offer was withdrawn",
          message: late
            ? `${nameOf(offer.view)} was not answered in time and goes to others.`
            : `${nameOf(offer.view)} is not offered to you any more.`,
          autoClose: late ? false : 6000,
          withBorder: true,
          closeButtonProps: { "aria-label": "Dismiss" },
        });
      }),
    ];
    return () => {
      for (const end of ends) end();
    };
  }, [desk]);
}
