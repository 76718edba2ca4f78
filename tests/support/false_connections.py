"""Processes that say they belong to a Ray cluster and do not."""

from multiprocessing.connection import Connection

from lineament.search.engines.ray.letters import Broken, Joined, Refused


def goes_away(connection: Connection, address: str) -> None:
    """Takes the first errand and ends, as Ray makes a process do whose cluster has gone."""
    connection.send(Joined(2))
    connection.recv()


def says_why(connection: Connection, address: str) -> None:
    connection.send(Joined(2))
    connection.recv()
    connection.send(Broken("ActorDiedError: the post is gone"))
    connection.recv()


def falls_silent(connection: Connection, address: str) -> None:
    connection.send(Joined(2))
    while True:
        connection.recv()


def refuses(connection: Connection, address: str) -> None:
    connection.send(Refused(f"the cluster at {address} is another", "Take this one."))


def ends_at_once(connection: Connection, address: str) -> None:
    """As Ray does to a process that waited too long."""
