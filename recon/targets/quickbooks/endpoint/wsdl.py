"""The description of the endpoint (WSDL 1.1) for programs that read it, written from the table of operations."""

from __future__ import annotations

from recon.targets.quickbooks.endpoint.soap import NAMESPACE, OPERATIONS, WHOLE, Operation
from recon.targets.quickbooks.qbxml.chars import escaped

_TYPES = {"string": "s:string", "int": "s:int", "strings": "tns:ArrayOfString"}
_SERVICE = "WCWebService"


def wsdl(address: str) -> bytes:
    """Return the description of the endpoint at an address."""
    everyone = OPERATIONS.values()
    parts = (
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<wsdl:definitions xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:tns="{NAMESPACE}"'
        ' xmlns:s="http://www.w3.org/2001/XMLSchema" xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/"'
        f' targetNamespace="{NAMESPACE}">',
        f'<wsdl:types><s:schema elementFormDefault="qualified" targetNamespace="{NAMESPACE}">',
        *(_elements(one) for one in everyone),
        '<s:complexType name="ArrayOfString"><s:sequence>'
        '<s:element minOccurs="0" maxOccurs="unbounded" name="string" nillable="true" type="s:string"/>'
        "</s:sequence></s:complexType></s:schema></wsdl:types>",
        *(_messages(one) for one in everyone),
        f'<wsdl:portType name="{_SERVICE}Soap">',
        *(
            f'<wsdl:operation name="{one.name}"><wsdl:input message="tns:{one.name}SoapIn"/>'
            f'<wsdl:output message="tns:{one.name}SoapOut"/></wsdl:operation>'
            for one in everyone
        ),
        "</wsdl:portType>",
        f'<wsdl:binding name="{_SERVICE}Soap" type="tns:{_SERVICE}Soap">'
        '<soap:binding transport="http://schemas.xmlsoap.org/soap/http" style="document"/>',
        *(_binding(one) for one in everyone),
        "</wsdl:binding>",
        f'<wsdl:service name="{_SERVICE}"><wsdl:port name="{_SERVICE}Soap" binding="tns:{_SERVICE}Soap">'
        f'<soap:address location="{escaped(address)}"/></wsdl:port></wsdl:service></wsdl:definitions>',
    )
    return "\n".join(parts).encode("ascii")


def _elements(one: Operation) -> str:
    takes = "".join(
        f'<s:element minOccurs="1" maxOccurs="1" name="{name}" type="s:int"/>'
        if name in WHOLE
        else f'<s:element minOccurs="0" maxOccurs="1" name="{name}" type="s:string"/>'
        for name in one.takes
    )
    least = "1" if one.gives == "int" else "0"
    return (
        f'<s:element name="{one.name}"><s:complexType><s:sequence>{takes}</s:sequence></s:complexType></s:element>'
        f'<s:element name="{one.name}Response"><s:complexType><s:sequence>'
        f'<s:element minOccurs="{least}" maxOccurs="1" name="{one.name}Result" type="{_TYPES[one.gives]}"/>'
        "</s:sequence></s:complexType></s:element>"
    )


def _messages(one: Operation) -> str:
    return (
        f'<wsdl:message name="{one.name}SoapIn"><wsdl:part name="parameters" element="tns:{one.name}"/></wsdl:message>'
        f'<wsdl:message name="{one.name}SoapOut"><wsdl:part name="parameters" element="tns:{one.name}Response"/>'
        "</wsdl:message>"
    )


def _binding(one: Operation) -> str:
    return (
        f'<wsdl:operation name="{one.name}"><soap:operation soapAction="{NAMESPACE}{one.name}" style="document"/>'
        '<wsdl:input><soap:body use="literal"/></wsdl:input><wsdl:output><soap:body use="literal"/></wsdl:output>'
        "</wsdl:operation>"
    )
